#!/usr/bin/env python3
"""Splits a capture into six files that overlap in time, as six capture threads of one sensor would have written them.

    split.py CAPTURE.pcapng.xz OUT_DIR [--seconds 10]

Takes the first --seconds of the capture with the times they have. Both directions of a flow go to the same file, chosen by
a hash of the addresses and ports, as network cards and sensors do it. The files differ on purpose: microsecond and
nanosecond pcap, pcapng, gzip, and one that ends a byte too early, as after a crash: its last packet is lost.

Beside OUT_DIR it writes OUT_DIR.schedule.pcap: every packet that can be read, in the order and at the times at which a
replay has to send them. It is worked out here, in another language and without the tool, so that it can be compared with
what the tool does. The same capture gives the same bytes on every run.
"""
import argparse
import gzip
import lzma
import pathlib
import struct
import sys
import zlib

FILES = 6
MICROS, NANOS = 0xA1B2C3D4, 0xA1B23C4D
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
ETHERNET = 1
SNAP_LENGTH = 65535
ETHERTYPE_VLANS = (0x8100, 0x88A8)
ETHERTYPE_IPV4, ETHERTYPE_IPV6 = 0x0800, 0x86DD
PROTOCOLS_WITH_PORTS = (6, 17, 132)  # TCP, UDP, SCTP


def read_pcapng(data):
    """Yields (time in ns, frame) of a little-endian pcapng in microseconds with one Ethernet interface, no less strictly."""
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if length < 12 or length % 4 or length > len(data) - at:
            raise ValueError(f"block at byte {at}: bad length {length}")
        if kind == SECTION and struct.unpack_from("<I", data, at + 8)[0] != 0x1A2B3C4D:
            raise ValueError("not a little-endian pcapng")
        if kind == INTERFACE:
            link_type = struct.unpack_from("<H", data, at + 8)[0]
            if link_type != ETHERNET or b"\x09\x00\x01\x00\x06" not in data[at + 16:at + length]:
                raise ValueError("not an Ethernet interface with microseconds")
        if kind == PACKET:
            high, low, captured, original = struct.unpack_from("<IIII", data, at + 12)
            if captured != original:
                raise ValueError(f"block at byte {at}: a packet cut by the snap length")
            yield ((high << 32) | low) * 1000, data[at + 28:at + 28 + captured]
        at += length


def ends_of(frame):
    """(protocol, source, target) of a frame: addresses and, where there are some, ports."""
    at = 12
    kind = int.from_bytes(frame[at:at + 2], "big")
    while kind in ETHERTYPE_VLANS:
        at += 4
        kind = int.from_bytes(frame[at:at + 2], "big")
    ip = frame[at + 2:]
    if kind == ETHERTYPE_IPV4 and len(ip) >= 20:
        protocol, source, target = ip[9], ip[12:16], ip[16:20]
        header = (ip[0] & 0x0F) * 4
        fragment = int.from_bytes(ip[6:8], "big") & 0x3FFF  # offset or more to come
    elif kind == ETHERTYPE_IPV6 and len(ip) >= 40:
        protocol, source, target, header, fragment = ip[6], ip[8:24], ip[24:40], 40, 0
    else:
        return b"", frame[6:12], frame[0:6]
    if protocol in PROTOCOLS_WITH_PORTS and not fragment:  # only a whole packet has ports
        source, target = source + ip[header:header + 2], target + ip[header + 2:header + 4]
    return bytes([protocol]), source, target


def flow_of(frame):
    """The addresses and ports of both ends, the smaller end first, so that both directions look the same."""
    protocol, *ends = ends_of(frame)
    return protocol + b"".join(sorted(ends))


def pcap(packets, magic=MICROS):
    unit = 1000 if magic == MICROS else 1
    out = [struct.pack("<IHHiIII", magic, 2, 4, 0, 0, SNAP_LENGTH, ETHERNET)]
    for time, frame in packets:
        out.append(struct.pack("<IIII", time // 10**9, time % 10**9 // unit, len(frame), len(frame)))
        out.append(frame)
    return b"".join(out)


def pcapng(packets):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    nanoseconds = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)  # if_tsresol = 10^-9, end of options
    out = [block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
           block(INTERFACE, struct.pack("<HHI", ETHERNET, 0, SNAP_LENGTH) + nanoseconds)]
    for time, frame in packets:
        header = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
        out.append(block(PACKET, header + frame))
    return b"".join(out)


def schedule(files):
    """The packets of all files in the order of sending. A packet is never due before one that stands before it in its own
    file; equal times go by path, then by position."""
    merged = []
    for name, packets in files.items():
        due = 0
        for position, (time, frame) in enumerate(packets):
            due = max(due, time)
            merged.append((due, name.encode(), position, frame))
    merged.sort(key=lambda entry: entry[:3])
    return [(due, frame) for due, _, _, frame in merged]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("capture", type=pathlib.Path)
    parser.add_argument("out_dir", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=10)
    args = parser.parse_args()

    packets = list(read_pcapng(lzma.decompress(args.capture.read_bytes())))
    first = packets[0][0]
    flows = [[] for _ in range(FILES)]
    for time, frame in packets:
        if time - first < args.seconds * 10**9:
            flows[zlib.crc32(flow_of(frame)) % FILES].append((time, frame))

    contents = {
        "thread-0.pcap": pcap(flows[0]),
        "thread-1.pcap": pcap(flows[1], NANOS),
        "thread-2.pcapng": pcapng(flows[2]),
        "thread-3.pcap.gz": gzip.compress(pcap(flows[3]), mtime=0),
        "thread-4.pcap": pcap(flows[4])[:-1],
        "thread-5.pcap": pcap(flows[5]),
    }
    args.out_dir.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (args.out_dir / name).write_bytes(content)

    readable = dict(zip(contents, flows))
    readable["thread-4.pcap"] = flows[4][:-1]
    due = schedule(readable)
    args.out_dir.with_name(args.out_dir.name + ".schedule.pcap").write_bytes(pcap(due, NANOS))

    for (name, content), flow in zip(contents.items(), flows):
        cut = "  its last packet is cut by one byte" if len(readable[name]) < len(flow) else ""
        print(f"  {name:<17} {len(flow):5} packets {len(content):8} bytes{cut}")
    print(f"  together {len(due)} readable packets in {(due[-1][0] - due[0][0]) / 1e9:.6f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
