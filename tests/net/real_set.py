#!/usr/bin/env python3
"""Makes a set of real traffic whose flows have their two directions in different files, as taps on two fibres give it.

    real_set.py CORPUS OUT_DIR MERGED.pcap

Captures of the corpus are moved so that they begin one after another, 50 ms apart, put in one order by time, and split by
flow and direction into six files in OUT_DIR. MERGED.pcap has the same packets at the same times in one file. No two packets
have the same time: where they had, the later one is moved by a nanosecond, so that the times alone tell the order in which
they were captured.
"""
import gzip
import pathlib
import struct
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "demo"))
import split  # pylint: disable=wrong-import-position

# Ethernet without VLAN tags (the kernel takes these out of a received packet, so that a sensor counts four bytes less than in
# a file), of at most ten seconds and frames that the wire takes; together HTTP, DNS, TLS, SMTP and SSH, on IPv4 and IPv6.
CAPTURES = [
    "clean-pcap/dnso1tcp.pcap",
    "clean-pcap/ipfixprobe__http.pcap",
    "clean-pcap/ipv6_http.pcap",
    "clean-pcap/ssh_server_sends_first_enc_pkt_with_newkeys.pcap",
    "clean-pcap/tls-early-alert.pcap",
    "compressed/1000-requests-one-dropped-response.pcap.gz",
    "compressed/http_chunk.pcap.gz",
    "compressed/tls-fragmented-handshake.pcap.gz",
    "huge-count-small-files/BruteShark/SMTP - Auth Plain.pcap",
    "huge-count-small-files/FlowTest/http_post.pcap",
    "huge-count-small-files/arkime/dns-tcp.pcap",
    "huge-count-small-files/dnscap/edns.pcap",
    "huge-count-small-files/ipfixprobe/ipfixprobe__dns.pcap",
    "huge-count-small-files/joy/joy__tls12.pcap",
    "huge-count-small-files/zeek/multipart.pcap",
    "huge-count-small-files/zeek/tls13_psk_succesfull.pcap",
]
BEGINNING = 1_600_000_000 * 10**9
APART = 50_000_000
FLOW_GROUPS = 3


def read_pcap(path):
    """Yields (time in ns, frame) of a whole little-endian Ethernet pcap, plain or in gzip."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    magic, link_type = struct.unpack_from("<I16xI", data)
    if magic not in (split.MICROS, split.NANOS) or link_type != split.ETHERNET:
        sys.exit(f"{path}: not a little-endian Ethernet pcap")
    at = 24
    while at < len(data):
        seconds, fraction, captured, original = struct.unpack_from("<IIII", data, at)
        if captured != original:
            sys.exit(f"{path}: packet at byte {at} is cut")
        yield seconds * 10**9 + fraction * (1000 if magic == split.MICROS else 1), data[at + 16:at + 16 + captured]
        at += 16 + captured


def merged(captures):
    """All packets in order of time, each later than the one before it."""
    packets = []
    for number, path in enumerate(captures):
        moved, due = BEGINNING + number * APART, 0
        for position, (time, frame) in enumerate(read_pcap(path)):
            if position == 0:
                moved -= time
            due = max(due, time + moved)
            packets.append((due, number, position, frame))
    packets.sort()
    last = 0
    for time, _, _, frame in packets:
        last = max(last + 1, time)
        yield last, frame


def main():
    corpus, out_dir, merged_path = map(pathlib.Path, sys.argv[1:])
    packets = list(merged([corpus / name for name in CAPTURES]))
    files, ways = {}, {}
    for time, frame in packets:
        flow = split.flow_of(frame)
        protocol, source, target = split.ends_of(frame)
        way = int(source > target)
        ways.setdefault(flow, set()).add(way)
        files.setdefault(f"tap-{zlib.crc32(flow) % FLOW_GROUPS}-{way}.pcap", []).append((time, frame))
    out_dir.mkdir()
    for name, content in files.items():
        (out_dir / name).write_bytes(split.pcap(content, split.NANOS))
    merged_path.write_bytes(split.pcap(packets, split.NANOS))
    both = sum(len(directions) == 2 for directions in ways.values())
    print(f"{len(packets)} packets in {(packets[-1][0] - packets[0][0]) / 1e9:.3f} s, {len(ways)} flows, "
          f"{both} of them in two files each")
    return 0 if both >= 20 and len(files) == 2 * FLOW_GROUPS else 1


if __name__ == "__main__":
    sys.exit(main())
