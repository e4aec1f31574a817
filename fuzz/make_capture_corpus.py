#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets capture_*_fuzz: small captures of every variant.

usage: make_capture_corpus.py CORPUS_FOLDER

Each begins with the two bytes that say how it is read (fuzz/capture_fuzz.h). Inputs that a fuzzer found stand beside the
seeds under other names and are left alone.
"""

import pathlib
import struct
import sys

T = 0x5F719CE1
FRAME = bytes(range(1, 61))


def pcap(order="<", magic=0xA1B2C3D4, version=(2, 4), link=1, records=None, file_extra=b"", extra=b"", tail=b""):
    out = struct.pack(order + "IHHiIII", magic, *version, 0, 0, 262144, link) + file_extra
    for seconds, fraction, captured, original, data in records or [(T, 5, 60, 60, FRAME), (T, 4, 9, 1500, FRAME[:9])]:
        out += struct.pack(order + "IIII", seconds, fraction, captured, original) + extra + data
    return out + tail


def pcap_seeds():
    yield "micros", pcap()
    yield "nanos_big", pcap(">", 0xA1B23C4D)
    yield "modified", pcap(magic=0xA1B2CD34, extra=b"\1\0\0\0\0\x08\0\0")
    yield "modified_zero_header", pcap(magic=0xA1B2CD34, extra=b"\1\0\0\0\0\0\0\0", records=[(0, 0, 0, 0, b"")] * 3)
    yield "ixia", pcap(magic=0x1C0001AC, file_extra=bytes(4))
    yield "ixia_software_big", pcap(">", 0x1C0001AB, file_extra=bytes(4))
    yield "v2_2", pcap(version=(2, 2), records=[(T, 5, 1500, 60, FRAME)])
    yield "v2_3", pcap(version=(2, 3), records=[(T, 5, 1500, 60, FRAME), (T, 5, 60, 1500, FRAME)])
    yield "v543", pcap(version=(543, 0), records=[(T, 5, 1500, 60, FRAME)])
    yield "fcs", pcap(link=0x24000001)
    yield "padding", pcap(tail=bytes(100))
    yield "zeros_between", pcap(records=[(T, 5, 60, 60, FRAME), (0, 0, 0, 0, b""), (T, 5, 3, 3, b"abc")])
    yield "half_header", pcap(">", tail=bytes(35) + b"\5")
    yield "cut", pcap()[:-1]
    yield "huge_dbus", pcap(link=231, records=[(T, 5, 128 << 20, 128 << 20, FRAME)])
    yield "too_long", pcap(records=[(T, 5, 262145, 262145, FRAME)])
    yield "carried", pcap(records=[(0xFFFFFFFF, 0x80000000, 0, 0, b"")])
    yield "negative_fraction", pcap(records=[(T, 0xFFFFFFF8, 60, 60, FRAME)])
    yield "joined", pcap(tail=pcap(">", 0xA1B23C4D, link=101, tail=pcap(magic=0xA1B2CD34, extra=bytes(8))))
    yield "joined_ixia_cut", pcap(tail=pcap(magic=0x1C0001AC)[:26])


def block(order, kind, body, trailer=None):
    body += bytes(-len(body) % 4)
    total = len(body) + 12
    return struct.pack(order + "II", kind, total) + body + struct.pack(order + "I", total if trailer is None else trailer)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order, options=b"", version=(1, 0)):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, *version, -1) + options)


def interface(order, link=1, snap=0, options=b""):
    return block(order, 1, struct.pack(order + "HHI", link, 0, snap) + options)


def enhanced(order, stamp=T * 1000000, data=FRAME, which=0, options=b""):
    head = struct.pack(order + "IIIII", which, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
    return block(order, 6, head + data + bytes(-len(data) % 4) + options)


def simple(order, data=FRAME, original=60):
    return block(order, 3, struct.pack(order + "I", original) + data)


def obsolete(order, data=FRAME):
    stamp = T * 1000000
    return block(order, 2, struct.pack(order + "HHIIII", 0, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data)) + data)


def pcapng_seeds():
    for order, name in (("<", "little"), (">", "big")):
        yield name, section(order) + interface(order) + enhanced(order) + simple(order) + obsolete(order)
    yield "sections", b"".join(section(o) + interface(o, 101 + i) + enhanced(o) for i, o in enumerate("<><"))
    for tsresol in (0, 9, 12, 25, 127, 0x88, 0xA8, 0xFF):
        options = option("<", 9, bytes([tsresol])) + option("<", 14, struct.pack("<q", -5)) + bytes(4)
        yield f"tsresol_{tsresol}", section("<") + interface("<", options=options) + enhanced("<")
    flags = option("<", 1, b"a comment") + option("<", 2, struct.pack("<I", 4 << 5)) + bytes(4)
    yield "fcs", section("<") + interface("<", options=option("<", 13, b"\x04")) + enhanced("<") + enhanced("<", options=flags)
    yield "snap", section("<") + interface("<", snap=20) + simple("<", FRAME[:20]) + simple("<", b"")
    yield "unknown_blocks", section("<", option("<", 4, b"tool")) + block("<", 0xBAD, FRAME) + interface("<") + block("<", 5, FRAME[:8]) + enhanced("<")
    yield "no_interface", section("<") + enhanced("<")
    yield "trailer", section("<") + interface("<") + block("<", 6, bytes(20) + FRAME, 1)
    yield "padding", section("<") + interface("<") + enhanced("<") + bytes(50)
    yield "v1_2", section("<", version=(1, 2)) + interface("<") + enhanced("<")
    yield "cut", (section("<") + interface("<") + enhanced("<"))[:-1]
    yield "many_packets", section("<") + interface("<") + b"".join(enhanced("<", T + i, b"") for i in range(300))


def snoop(records, datalink=4, tail=b""):
    out = b"snoop\0\0\0" + struct.pack(">II", 2, datalink)
    for captured, original, record, data in records:
        out += struct.pack(">IIIIII", original, captured, record, 0, T, 5) + data
    return out + tail


def snoop_seeds():
    two = [(60, 60, 84, FRAME), (9, 1500, 36, FRAME[:9] + bytes(3))]
    yield "ethernet", snoop(two)
    yield "sunatm", snoop(two, 18)
    yield "padding", snoop(two, tail=bytes(77))
    yield "zeros_then_more", snoop(two, tail=bytes(48) + b"\1")
    yield "wide_record", snoop([(4, 4, 48, FRAME[:24])])
    yield "bad_record", snoop([(60, 60, 83, FRAME)])
    yield "empty_packets", snoop([(0, 0, 24, b"")] * 9)
    yield "cut", snoop(two)[:-1]
    yield "half_magic", snoop([])[:6]


def erf(kind=2, data=FRAME, extensions=b"", wire=None, second=0, record=None):
    body = extensions + (b"\0\0" if kind & 0x7F in (2, 11, 16, 20) else b"") + data
    total = 16 + len(body) if record is None else record
    return struct.pack("<II", 0x01020304, T + second) + struct.pack(">BBHHH", kind, 4, total, 0, len(data) if wire is None else wire) + body


def erf_seeds():
    yield "ethernet", erf() + erf(second=1) + erf(second=2)
    yield "extensions", erf(0x82, extensions=b"\x83" + bytes(7) + bytes(8)) + erf()
    yield "overrun", erf() * 3 + erf(0x82, b"", b"\x83" + bytes(7), record=26)
    yield "kinds", b"".join(erf(kind) for kind in (2, 1, 3, 11, 16, 20, 21, 22, 23, 27, 29))
    yield "pads", erf() + erf(48) * 5 + erf()
    yield "padding", erf() + bytes(60)
    yield "cut", (erf() * 3)[:-1]
    yield "one", erf()
    yield "unknown", erf() * 3 + erf(33)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, seeds in (("pcap", pcap_seeds), ("pcapng", pcapng_seeds), ("snoop", snoop_seeds), ("erf", erf_seeds)):
        folder = pathlib.Path(sys.argv[1]) / f"capture_{target}_fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        for i, (name, data) in enumerate(seeds()):
            (folder / name).write_bytes(bytes([(i * 7) % 30, i % 8]) + data)


main()
