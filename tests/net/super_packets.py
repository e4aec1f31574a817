#!/usr/bin/env python3
"""Writes a capture as it is made behind segmentation offload: TCP connections of which many packets are far longer than an
Ethernet frame, with lengths and checksums that the network card was to fill in.

usage: super_packets.py FILE

Each connection begins with its SYNs (MSS 1460 and 1380) and is carried differently: Ethernet, VLAN, QinQ, MPLS, PPPoE, IPv6,
BIG TCP, VXLAN, GENEVE, GRE. Prints how many packets there are, and how many of them are longer than 1514 bytes.
"""

import random
import struct
import sys

MACS = bytes.fromhex("020000000002020000000001")
TYPE4, TYPE6 = 0x0800, 0x86DD


def fold(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2])) + (data[-1] << 8 if len(data) % 2 else 0)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def eth(kind, body):
    return MACS + struct.pack(">H", kind) + body


def ip4(source, destination, protocol, body, number, zero=False):
    length = 0 if zero or len(body) > 65515 else 20 + len(body)
    head = struct.pack(">BBHHHBBH", 0x45, 0, length, number & 0xFFFF, 0x4000, 64, protocol, 0) + source + destination
    return head[:10] + struct.pack(">H", 0 if zero else 0xFFFF - fold(head)) + head[12:] + body


def ip6(source, destination, protocol, body):
    if len(body) > 65535:
        body = struct.pack(">BBBBI", protocol, 0, 0xC2, 4, len(body) + 8) + body
        return struct.pack(">IHBB", 0x60000000, 0, 0, 64) + source + destination + body
    return struct.pack(">IHBB", 0x60000000, len(body), protocol, 64) + source + destination + body


def tcp(source, destination, ports, seq, ack, flags, payload, offloaded, mss=0):
    options = struct.pack(">BBH", 2, 4, mss) if mss else bytes.fromhex("0101080a0000000100000002")
    head = struct.pack(">HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, (5 + len(options) // 4) << 4, flags, 512, 0, 0) + options
    length = len(head) + len(payload)
    pseudo = source + destination + struct.pack(">II", length, 6)
    checksum = fold(pseudo) if offloaded else 0xFFFF - fold(pseudo + head + payload)
    return head[:16] + struct.pack(">H", checksum) + head[18:] + payload


def udp(port, body, checksum=0):
    return struct.pack(">HHHH", 50000, port, 8 + len(body), checksum) + body


def outer(protocol, body):
    return eth(TYPE4, ip4(bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]), protocol, body, 7))


def pppoe(protocol, body):
    return eth(0x8864, struct.pack(">BBHHH", 0x11, 0, 9, len(body) + 2, protocol) + body)


CARRIERS = {  # (type of the IP packet, longest payload, what is around it)
    "ethernet": (TYPE4, 60000, lambda p: eth(TYPE4, p)),
    "vlan": (TYPE4, 60000, lambda p: eth(0x8100, struct.pack(">HH", 5, TYPE4) + p)),
    "qinq": (TYPE6, 60000, lambda p: eth(0x88A8, struct.pack(">HHHH", 5, 0x8100, 6, TYPE6) + p)),
    "mpls": (TYPE4, 60000, lambda p: eth(0x8847, bytes.fromhex("00010140") + p)),
    "pppoe": (TYPE4, 20000, lambda p: pppoe(0x21, p)),
    "ipv6": (TYPE6, 60000, lambda p: eth(TYPE6, p)),
    "big_tcp": (TYPE6, 150000, lambda p: eth(TYPE6, p)),
    "vxlan": (TYPE4, 50000, lambda p: outer(17, udp(4789, bytes.fromhex("0800000000000500") + eth(TYPE4, p)))),
    "geneve": (TYPE6, 50000, lambda p: outer(17, udp(6081, bytes.fromhex("0000655800000500") + eth(TYPE6, p)))),
    "gre": (TYPE4, 50000, lambda p: outer(47, bytes.fromhex("2000080000000007") + p)),
}


def text(chance, size):
    return "".join(chance.choices("abcdefghij\n", k=size)).encode()


def connection(number, name, chance):
    """Its packets, in order."""
    kind, most, around = CARRIERS[name]
    wide = kind == TYPE6
    hosts = [(b"\xfd" + bytes(14) if wide else bytes([10, 0, number])) + bytes([host]) for host in (1, 2)]
    seq = [chance.getrandbits(32), chance.getrandbits(32)]
    count = [0xFFF0, 3]

    def packet(side, flags, payload=b"", mss=0, offloaded=False, zero=False):
        ports = (40000 + number, 40999) if side == 0 else (40999, 40000 + number)
        here, there = hosts[side], hosts[1 - side]
        segment = tcp(here, there, ports, seq[side], 0 if flags == 2 else seq[1 - side], flags, payload, offloaded, mss)
        seq[side] += len(payload) + (flags & 3 != 0)
        count[side] += max(1, len(payload) // 1368)
        return around(ip6(here, there, 6, segment) if wide else ip4(here, there, 6, segment, count[side], zero))

    yield packet(0, 0x02, mss=1460)
    yield packet(1, 0x12, mss=1380)
    yield packet(0, 0x10)
    yield packet(0, 0x18, b"hello\n")
    for round_ in range(4):
        size = chance.randrange(1500, most)
        zero = name == "ethernet" and round_ == 2
        yield packet(1, 0xD8 if round_ == 1 else 0x18, text(chance, size), offloaded=round_ != 3, zero=zero)
        yield packet(0, 0x10)
    yield packet(1, 0x19, text(chance, 3000))
    yield packet(0, 0x11)
    yield packet(1, 0x10)


def main():
    chance = random.Random(1)
    packets = [p for number, name in enumerate(CARRIERS) for p in connection(number, name, chance)]
    with open(sys.argv[1], "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, data in enumerate(packets):
            file.write(struct.pack("<IIII", 1600000000, number * 100, len(data), len(data)) + data)
    print(len(packets), sum(len(p) > 1514 for p in packets))


if __name__ == "__main__":
    main()
