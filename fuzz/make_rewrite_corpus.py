#!/usr/bin/env python3
"""Writes the seeds of rewrite_fuzz and rewrite_network_fuzz: packets in every kind of tunnel, and every kind of header with addresses.

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


def network_seeds():
    """Packets for the link type of that number in the target, with addresses that its rules change."""
    low = ip4(6)[:12] + bytes.fromhex("0a000001" "2c000002")
    low6 = ip6(58)[:8] + bytes.fromhex("20010db8") + bytes(11) + b"\1" + bytes.fromhex("fd000001") + bytes(11) + b"\2"
    for name, packet in seeds():
        yield name, 0, packet
    yield "cooked", 2, bytes(14) + b"\x08\x00" + low + TCP + DATA[:9]
    yield "raw", 1, low + TCP
    yield "arp", 0, eth(0x0806) + bytes.fromhex("0001080006040001" "020000000001" "0a000001" "000000000000" "2c000002")
    options = bytes.fromhex("070b080a0000010a000002" "01" "830b040a0000032c000004" "00" "440c0d010a00000500000001")
    yield "options", 0, eth(0x0800) + bytes([0x4E]) + low[1:] + options + TCP
    quote = low[:9] + b"\x11" + low[10:] + udp(53, 7)
    icmp = low[:9] + b"\x01" + low[10:]
    for kind in (0x0303, 0x0501, 0x0B00):
        yield f"icmp_{kind:04x}", 0, eth(0x0800) + icmp + struct.pack(">HHI", kind, 0, 0x0A0000FE) + quote
    target = low6[8:24]
    yield "icmp6_error", 0, eth(0x86DD) + low6 + bytes.fromhex("0100000000000000") + low6[:6] + b"\x06" + low6[7:] + TCP
    for kind in (135, 136):
        yield f"nd_{kind}", 0, eth(0x86DD) + low6 + bytes([kind, 0, 0, 0, 0, 0, 0, 0]) + target + bytes.fromhex("0101020000000001")
    yield "nd_133", 0, eth(0x86DD) + low6[:4] + b"\0\x10" + low6[6:7] + b"\xff" + low6[8:] + bytes([133]) + bytes(7) + bytes.fromhex("0201020000000001")
    redirect = bytes([137, 0, 0, 0, 0, 0, 0, 0]) + target * 2 + bytes.fromhex("0406000000000000") + low6
    yield "nd_137", 0, eth(0x86DD) + low6 + redirect
    network = bytes.fromhex("030440c0") + bytes(12) + target[:8] + bytes(8)
    lists = bytes.fromhex("1802300000000000") + target[:8] + bytes.fromhex("1903000000000000") + target
    yield "nd_134", 0, eth(0x86DD) + low6 + bytes([134]) + bytes(15) + network + lists
    route = bytes.fromhex("0602040100000000") + target
    home = bytes.fromhex("2b0201020000c910") + target
    yield "routes", 0, eth(0x86DD) + low6[:6] + bytes([60]) + low6[7:] + home + route + TCP
    rest = low + TCP
    for name, header in (
        ("erspan2", "100088be000000011001000100000000"),
        ("erspan3", "100022eb0000000120010001000000000000000100000000" "00000000"),
        ("pptp", "3081880b00160001000000010000000121"),
        ("wccp", "0000883e00010203"),
    ):
        inner = (eth(0x0800) if "erspan" in name else b"") + rest
        yield name, 0, eth(0x0800) + low[:9] + bytes([47]) + low[10:] + bytes.fromhex(header) + inner
    for name, port, header in (
        ("gtp", 2152, "34ff001c000000010000008501000000"),
        ("l2tp", 1701, "4002001e00010001ff030021"),
        ("gpe", 4790, "0c00000100000500"),
        ("mpls_udp", 6635, "00001140"),
    ):
        yield name, 0, eth(0x0800) + low[:9] + bytes([17]) + low[10:] + udp(port, 5) + bytes.fromhex(header) + rest
    teredo = low6[:6] + bytes([59]) + low6[7:8] + bytes.fromhex("20010000") + low6[12:]
    yield "teredo", 0, eth(0x0800) + low[:9] + bytes([17]) + low[10:] + udp(3544) + bytes(8) + teredo
    for protocol in (33, 132, 136, 1, 89, 112):
        yield f"protocol_{protocol}", 0, eth(0x0800) + low[:9] + bytes([protocol]) + low[10:] + TCP + DATA[:20]
    yield "snap", 0, MACS + struct.pack(">H", 60) + bytes.fromhex("aaaa030000000800") + rest
    yield "nsh", 0, eth(0x894F) + bytes.fromhex("0002010100000001") + rest
    yield "control_word", 0, eth(0x8847) + bytes.fromhex("0000114000000000") + eth(0x0800) + rest


def main():
    network = pathlib.Path(sys.argv[1]) / "rewrite_network_fuzz"
    network.mkdir(parents=True, exist_ok=True)
    for number, (name, link, packet) in enumerate(network_seeds()):
        rules = (0x3F, 0x2B, 0x53, 0x97)[number % 4]
        (network / name).write_bytes(struct.pack("BBBB", link, rules, number % 7, 0) + packet)
    folder = pathlib.Path(sys.argv[1]) / "rewrite_fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, packet) in enumerate(seeds()):
        for most in (140, 300):
            (folder / f"{name}_{most}").write_bytes(struct.pack("<HBB", most, 0, number * 3 % 256) + packet)
    (folder / "raw").write_bytes(struct.pack("<HBB", 200, 1, 0) + ip4(6) + TCP + DATA)
    (folder / "cooked").write_bytes(struct.pack("<HBB", 200, 2, 0) + bytes(14) + b"\x08\x00" + ip4(6) + TCP + DATA)


if __name__ == "__main__":
    main()
