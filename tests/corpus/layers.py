#!/usr/bin/env python3
"""Compares the layers that packet/layers.h finds in real captures with those of tshark.

For each packet: the chain of headers, the outermost pair of IP addresses, the ports. Only layers that the walk supports are compared;
it must not stop before a layer that it supports. Packets that tshark reports as malformed, and those where the two programs
differ in scope (see `explained`), are left out and counted.

environment: PRINT_LAYERS, the program; GOPHERCAP_CORPUS, the folder of captures. Exit 77 where something is missing.
"""

import ipaddress
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

FOLDERS = ("many-linktypes", "tunnels")
MOST_BYTES = 1 << 20  # of a file
WALKED = {"eth", "sll", "null", "ppp", "chdlc", "radiotap", "wlan", "llc", "vlan", "ieee8021ad", "mpls", "pppoes", "ip", "ipv6",
          "extension", "tcp", "udp", "sctp", "dccp"}
IGNORED = {"ethertype", "raw", "wlan_radio", "data", "frame", "pkt_comment", "geninfo", "aggregator", "wlan_aggregate"}
EXTENSIONS = {"ipv6.hopopts", "ipv6.routing", "ipv6.fraghdr", "ipv6.dstopts", "ah", "mipv6", "hip", "shim6"}
LINK_TYPES = {1, 0, 108, 9, 50, 51, 101, 104, 105, 113, 127, 219, 228, 229, 276}
FIELDS = ("frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
          "sctp.srcport", "sctp.dstport", "dccp.srcport", "dccp.dstport", "_ws.malformed", "_ws.short", "ip.version")


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def write_pcapng(path, packets):
    """Writes all packets to one file with an interface for each link type, since tshark takes a second to start."""
    links = sorted({int(packet[0]) for packet in packets})
    with open(path, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        for link in links:
            file.write(block(1, struct.pack("<HHI", link, 0, 0)))
        for link, *_, data in packets:
            data = bytes.fromhex(data)
            file.write(block(6, struct.pack("<IIIII", links.index(int(link)), 0, 0, len(data), len(data)) + data))


def tshark(path):
    """A dictionary of first occurrences for each packet."""
    options = []
    for preference in ("ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE"):
        options += ["-o", preference]
    for field in FIELDS:
        options += ["-e", field]
    run = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f", *options],
                         capture_output=True, text=True, errors="replace", check=True)
    return [dict(zip(FIELDS, line.split("\t"))) for line in run.stdout.splitlines()]


def chain(protocols):
    """tshark's layers under our names, up to and including the first one that the walk does not support."""
    known = []
    for name in protocols.split(":"):
        if name in IGNORED:
            continue
        name = "extension" if name in EXTENSIONS else name
        if name not in WALKED:
            return known, name
        if name != "mpls" or known[-1:] != ["mpls"]:  # tshark has one word for a stack of labels
            known.append(name)
        if name in ("tcp", "udp", "sctp", "dccp"):
            return known, ""
    return known, ""


def in_hex(address):
    return ipaddress.ip_address(address).packed.hex()


def addresses_of(packet, family):
    source, destination = packet[f"{family}.src"], packet[f"{family}.dst"]
    return f"{in_hex(source)}>{in_hex(destination)}" if source else ""


def difference(ours, theirs):
    """What is wrong with our line of a packet; None if nothing is, "" if it can't be compared."""
    link_type, names, addresses, ports = ours
    known, ended_at = chain(theirs["frame.protocols"])
    if int(link_type) not in LINK_TYPES:
        return f"walked {names}" if names else None
    names = re.sub("mpls(:mpls)+", "mpls", names).split(":") if names else []
    if theirs["_ws.malformed"] or theirs["_ws.short"] or ended_at in ("_ws.malformed", "_ws.short", "_ws.unreassembled"):
        # If one of them stops earlier, they must agree up to that point.
        shorter = min(len(names), len(known))
        return f"{names}, not {known}" if names[:shorter] != known[:shorter] else ""
    # Contents of tunnels, and 802.2 in Ethernet, are not walked.
    at = len(names)
    if names != known[:at]:
        return f"{names}, not {known}"
    follows = known[at] if at < len(known) else ""
    inside_tunnel = names and names[-1] in ("ip", "ipv6", "extension") and follows in ("ip", "ipv6", "eth", "ppp", "extension")
    wrapped = names and names[-1] == "eth" and follows == "llc"
    no_ip = follows == "ip" and theirs["ip.version"] != "4"  # in spite of the EtherType
    if follows and not inside_tunnel and not wrapped and not no_ip:
        return f"{names}, tshark has {follows} behind"
    for family in ("ip", "ipv6"):
        if family in names and addresses_of(theirs, family) != addresses:
            return f"addresses {addresses}, not {addresses_of(theirs, family)}"
    if ports:
        kind = names[-1]
        wanted = f"{theirs[kind + '.srcport']}>{theirs[kind + '.dstport']}"
        if ports != wanted:
            return f"ports {ports}, not {wanted}"
    return None


def main():
    program, corpus = os.environ.get("PRINT_LAYERS"), os.environ.get("GOPHERCAP_CORPUS")
    if not program or not corpus:
        print("skipped: PRINT_LAYERS or GOPHERCAP_CORPUS is not set")
        return 77
    if shutil.which("tshark") is None:
        print("skipped: tshark is missing")
        return 77
    root = pathlib.Path(corpus)
    paths = sorted(str(path) for folder in FOLDERS for path in (root / folder).glob("*")
                   if path.is_file() and path.stat().st_size <= MOST_BYTES)
    printed = subprocess.run([program, *paths], capture_output=True, text=True, errors="replace", check=True).stdout
    packets, places = [], []
    for part in printed.split("# ")[1:]:
        path, *lines = part.splitlines()
        places += [f"{pathlib.Path(path).relative_to(root)}: packet {number}" for number in range(1, len(lines) + 1)]
        packets += [line.split("\t") for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        write_pcapng(f"{folder}/all.pcapng", packets)
        oracle = tshark(f"{folder}/all.pcapng")
    if len(oracle) != len(packets):
        print(f"{len(packets)} packets, tshark has {len(oracle)}")
        return 1
    compared = 0
    wrong = []
    for place, (*ours, _), theirs in zip(places, packets, oracle):
        found = difference(ours, theirs)
        compared += found is None
        if found:
            wrong.append(f"{place}: {found} ({theirs['frame.protocols']})")
    print(f"{len(paths)} files, {len(packets)} packets, {compared} compared to their end, {len(wrong)} differ")
    print("\n".join(wrong[:50]))
    return 1 if wrong or compared < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
