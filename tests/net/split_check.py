#!/usr/bin/env python3
"""Makes and judges sets whose packets are split between the sides of clients and servers.

    split_check.py make SET.pcap
    split_check.py connections WHOLE.pcap CLIENTS.pcap SERVERS.pcap [LEAST]
    split_check.py tshark CLIENTS.pcap SERVERS.pcap < lines of tshark
    split_check.py order WHOLE.pcap CLIENTS.pcap SERVERS.pcap
    split_check.py pairs ONE.pcap OTHER.pcap

make: connections whose client has the lower port, or the higher one, datagrams in fragments, and others.
connections: each packet of a TCP connection whose SYN is in WHOLE is on the side of its sender; WHOLE has at least LEAST connections
whose client has the lower port.
tshark: the same; the lines are source, port, destination, port of each SYN, in the order of time.
order: both together, by the times of their arrival, are WHOLE.
pairs: no two hosts have packets in both.
"""
import collections
import ipaddress
import struct
import sys

MICROS, NANOS = 0xA1B2C3D4, 0xA1B23C4D
CLIENTS, SERVERS = 0, 1


def read(path):
    """Yields (time in ns, frame) of an Ethernet pcap."""
    data = open(path, "rb").read()
    order = "<" if struct.unpack_from("<I", data)[0] in (MICROS, NANOS) else ">"
    unit = 1 if struct.unpack_from(order + "I", data)[0] == NANOS else 1000
    at = 24
    while at < len(data):
        seconds, fraction, captured = struct.unpack_from(order + "III", data, at)
        yield seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + captured]
        at += 16 + captured


def network(frame):
    """Source, destination, protocol and payload of the outermost IP header; the payload of a later fragment is None."""
    if len(frame) < 14:
        return None
    kind, at = struct.unpack_from(">H", frame, 12)[0], 14
    while kind in (0x8100, 0x88A8, 0x9100) and len(frame) >= at + 4:
        kind, at = struct.unpack_from(">H", frame, at + 2)[0], at + 4
    while kind == 0x8847 and len(frame) >= at + 4:
        last = frame[at + 2] & 1
        at += 4
        if last:
            kind = {4: 0x0800, 6: 0x86DD}.get(frame[at] >> 4 if len(frame) > at else 0, 0)
    if kind == 0x8864 and len(frame) >= at + 8:
        kind, at = {0x21: 0x0800, 0x57: 0x86DD}.get(struct.unpack_from(">H", frame, at + 6)[0], 0), at + 8
    if kind == 0x0800 and len(frame) >= at + 20 and frame[at] >> 4 == 4:
        header = (frame[at] & 15) * 4
        later = struct.unpack_from(">H", frame, at + 6)[0] & 0x1FFF
        return frame[at + 12:at + 16], frame[at + 16:at + 20], frame[at + 9], None if later else frame[at + header:]
    if kind == 0x86DD and len(frame) >= at + 40 and frame[at] >> 4 == 6:
        source, destination, protocol = frame[at + 8:at + 24], frame[at + 24:at + 40], frame[at + 6]
        at += 40
        while protocol in (0, 43, 44, 60) and len(frame) >= at + 8:
            if protocol == 44 and struct.unpack_from(">H", frame, at + 2)[0] & 0xFFF8:
                return source, destination, frame[at], None
            size = 8 if protocol == 44 else (frame[at + 1] + 1) * 8
            protocol, at = frame[at], at + size
        return source, destination, protocol, frame[at:]
    return None


def connection(frame):
    """Both ends of a TCP packet and its flags (None: cut off), or None."""
    ip = network(frame)
    if ip is None or ip[2] != 6 or ip[3] is None or len(ip[3]) < 4:
        return None
    source, destination = struct.unpack_from(">HH", ip[3])
    return (ip[0], source), (ip[1], destination), ip[3][13] if len(ip[3]) > 13 else None


def clients_of(packets):
    """The client of each connection: who sent the earliest SYN."""
    clients = {}
    for _, frame in packets:
        found = connection(frame)
        if found and found[2] is not None and found[2] & 0x12 == 0x02:
            clients.setdefault(frozenset(found[:2]), found[0])
    return clients


def check_sides(clients, sides):
    wrong, right = collections.Counter(), 0
    for side, path in enumerate(sides):
        for _, frame in read(path):
            found = connection(frame)
            client = clients.get(frozenset(found[:2])) if found else None
            if client is None or found[0] == found[1]:
                continue
            if (found[0] == client) == (side == CLIENTS):
                right += 1
            else:
                wrong[frozenset(found[:2])] += 1
    if wrong or not right:
        sys.exit(f"{len(wrong)} connections have packets on the wrong side; {right} packets are on the right one")


def connections(whole, clients, servers, least="0"):
    known = clients_of(read(whole))
    against = sum(1 for ends, client in known.items() if client[1] <= min(port for _, port in ends))
    if against < int(least):
        sys.exit(f"only {against} connections whose client has the lower port: this says nothing")
    check_sides(known, (clients, servers))


def tshark(clients, servers):
    known = {}
    for line in sys.stdin:
        source, source_port, destination, port = line.split()
        ends = [(ipaddress.ip_address(a).packed, int(p)) for a, p in ((source, source_port), (destination, port))]
        known.setdefault(frozenset(ends), ends[0])
    check_sides(known, (clients, servers))


def order(whole, clients, servers):
    sent = [frame for _, frame in read(whole)]
    arrived = sorted((time, frame) for path in (clients, servers) for time, frame in read(path))
    if sent != [frame for _, frame in arrived]:
        sys.exit(f"{len(sent)} frames sent, {len(arrived)} arrived, not in this order")


def pairs(one, other):
    found = []
    for path in (one, other):
        found.append({frozenset(network(frame)[:2]) for _, frame in read(path) if network(frame)})
    if not all(found) or found[0] & found[1]:
        sys.exit(f"{len(found[0])} and {len(found[1])} pairs of hosts, {len(found[0] & found[1])} of them in both")


def ipv4(source, destination, protocol, payload, fragment=0, ident=7):
    return (bytes.fromhex("020000000001020000000002" if destination < source else "020000000002020000000001") + b"\x08\x00" +
            struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0, bytes(source), bytes(destination)) +
            payload)


def tcp(source, source_port, destination, port, flags, size=0):
    return ipv4(source, destination, 6, struct.pack(">HHIIBBHHH", source_port, port, 1, 1, 0x50, flags, 100, 0, 0) + bytes(size))


def exchange(client, server):
    """A connection: client and server are (address, port)."""
    for sender, receiver, flags, size in ((client, server, 2, 0), (server, client, 0x12, 0), (client, server, 0x10, 30),
                                          (server, client, 0x18, 900), (client, server, 0x11, 0), (server, client, 0x11, 0)):
        yield tcp(*sender, *receiver, flags, size)


def make(path):
    low, high = (10, 0, 0, 1), (10, 0, 0, 9)
    frames = []
    for number in range(8):
        frames += exchange((low, 40000 + number), (high, 80))
        frames += exchange((high, 20), (low, 50000 + number))  # FTP: the client of its data has the lower port
        frames += exchange((high, 3000 + number), (low, 3000 + number))
    datagram = struct.pack(">HHHH", 5000, 53, 2008, 0) + bytes(1992)
    frames += [ipv4(high, low, 17, datagram[:1480], 0x2000), ipv4(high, low, 17, datagram[1480:], 1480 // 8)]
    frames += [ipv4(high, low, 1, b"\x08" + bytes(15)), ipv4(low, high, 1, b"\x00" + bytes(15))]
    frames += [bytes.fromhex("ffffffffffff020000000009") + b"\x08\x06" + bytes(46)]
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", MICROS, 2, 4, 0, 0, 262144, 1))
        for number, frame in enumerate(frames):
            out.write(struct.pack("<IIII", 1600000000, number * 1000, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    {"make": make, "connections": connections, "tshark": tshark, "order": order, "pairs": pairs}[sys.argv[1]](*sys.argv[2:])
