#!/usr/bin/env python3
"""Writes the seeds of rewrite_fuzz: packets in every kind of tunnel.

usage: make_rewrite_corpus.py CORPUS_FOLDER

Lengths of IP are zero, which means the rest. Inputs that a fuzzer found stand beside the seeds and are left alone.
"""

import pathlib
import struct
import sys

MACS = bytes(range(12))
TCP = struct.pack(">HHIIBBHHH", 40000, 443, 1, 2, 0x80, 0xF9, 512, 0, 3) + bytes.fromhex("0101080a0102030405060708")
DATA = bytes(i % 251 for i in range(400))


def ip4(protocol, flags=0, options=b""):
    return struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, 0, 9, flags, 64, protocol, 0) + bytes(8) + options


def ip6(protocol, *extensions):
    return struct.pack(">IHBB", 0x60000000, 0, protocol, 64) + bytes(32) + b"".join(extensions)


def udp(port, checksum=0):
    return struct.pack(">HHHH", 49152, port, 0, checksum)


def eth(kind):
    return MACS + struct.pack(">H", kind)


def seeds():
    inner = eth(0x0800) + ip4(6) + TCP + DATA
    yield "ipv4", eth(0x0800) + ip4(6) + TCP + DATA
    yield "ipv4_options", eth(0x0800) + ip4(17, 0x4000, bytes.fromhex("0704040086060000000001010101010100")[:16]) + udp(53) + DATA
    yield "fragment", eth(0x0800) + ip4(17, 0x2010) + DATA
    yield "ipv6", eth(0x86DD) + ip6(6) + TCP + DATA
    jumbo = bytes.fromhex("0600c204") + struct.pack(">I", 8 + len(TCP + DATA))
    yield "jumbo", eth(0x86DD) + ip6(0, jumbo) + TCP + DATA
    route = bytes.fromhex("0602000100000000") + bytes(16)
    yield "routed", eth(0x86DD) + ip6(60, bytes.fromhex("2b00010400000000"), route) + TCP + DATA
    yield "fragment6", eth(0x86DD) + ip6(44, bytes.fromhex("1100010100000009")) + DATA
    yield "tags", eth(0x88A8) + bytes.fromhex("000581000006") + struct.pack(">H", 0x0800) + ip4(6) + TCP + DATA
    yield "mpls", eth(0x8847) + bytes.fromhex("0000104000001140") + ip4(6) + TCP + DATA
    rest = ip4(6) + TCP + DATA
    yield "pppoe", eth(0x8864) + struct.pack(">BBHHH", 0x11, 0, 1, len(rest) + 2, 0x21) + rest
    yield "vxlan", eth(0x0800) + ip4(17) + udp(4789, 1) + bytes.fromhex("0800000000000500") + inner
    yield "geneve", eth(0x0800) + ip4(17) + udp(6081) + bytes.fromhex("01006558000001000000000000") [:12] + inner
    yield "gre", eth(0x0800) + ip4(47) + bytes.fromhex("a0006558000000000000000a") + inner
    yield "ip_in_ip", eth(0x86DD) + ip6(4) + ip4(6) + TCP + DATA
    quic = b"".join(bytes([0x40 + n]) + b"ABCDEFGH" + DATA[n : n + 91] for n in range(4))
    yield "quic", eth(0x0800) + ip4(17) + udp(443, 1) + quic


def main():
    folder = pathlib.Path(sys.argv[1]) / "rewrite_fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, packet) in enumerate(seeds()):
        for most in (140, 300):
            (folder / f"{name}_{most}").write_bytes(struct.pack("<HBB", most, 0, number * 3 % 256) + packet)
    (folder / "raw").write_bytes(struct.pack("<HBB", 200, 1, 0) + ip4(6) + TCP + DATA)
    (folder / "cooked").write_bytes(struct.pack("<HBB", 200, 2, 0) + bytes(14) + b"\x08\x00" + ip4(6) + TCP + DATA)


if __name__ == "__main__":
    main()
