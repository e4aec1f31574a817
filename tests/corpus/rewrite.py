#!/usr/bin/env python3
"""Other addresses: tshark finds each address mapped, as many conversations as before, nothing malformed and no checksum wrong.

The set is every file of the corpus with Ethernet only and few packets. The pairs in reverse give the same bytes again. Exit status
77: GOPHERCAP_CORPUS names no folder of captures, or tshark is missing.
"""

import collections
import ipaddress
import json
import os
import shutil
import subprocess
import sys
import tempfile

GOPHERCAP = os.environ["GOPHERCAP"]
MOST_PACKETS = 150  # of a file: many kinds of traffic in little time
# Of IPv6 all but addresses that contain IPv4 addresses (2001::/32, 2002::/16) or that no router passes on.
PAIRS = [("0.0.0.0/2", "128.0.0.0/2"), ("192.0.0.0/4", "208.0.0.0/4"), ("2400::/6", "3400::/6")]
PAIRS += [(f"2001:{1 << n:x}::/{32 - n}", f"3001:{1 << n:x}::/{32 - n}") for n in range(9, 16)]
PREFERENCES = ["-n", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
               "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE"]
ADDRESSES = ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst"]
PORTS = ["tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"]
CHECKSUMS = ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status"]
BAD = "0"
# Headers whose contents are not rewritten: authenticated, copies of packets in messages, and rare ones.
UNKNOWN = {"ah", "avsp", "capwap.data", "gtpprime", "ieee8021ah", "ipcomp", "macsec", "openflow", "pim", "sflow", "vntag"}


def run(*arguments):
    done = subprocess.run([GOPHERCAP, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(arguments[:8])}: exit status {done.returncode}\n{done.stderr[-2000:]}")


def files_of(corpus, dump):
    run("map", corpus, "--file-suffix", "", "--quiet", "--dump-json", dump)
    with open(dump, encoding="utf-8") as file:
        files = json.load(file)["files"]
    for entry in files:
        types = {row["link_type"] for row in entry["link_types"] if row["packets"] > 0}
        if types == {1} and entry["packets"] <= MOST_PACKETS:
            yield entry["path"]


class Map:
    def __init__(self):
        pairs = [tuple(map(ipaddress.ip_network, pair)) for pair in PAIRS]
        self.pairs = pairs + [(new, old) for old, new in pairs]
        self.known = {}

    def __call__(self, text):
        if text not in self.known:
            address = ipaddress.ip_address(text)
            self.known[text] = text
            for old, new in self.pairs:
                if address.version == old.version and address in old:
                    moved = int(address) - int(old.network_address) + int(new.network_address)
                    self.known[text] = str(type(address)(moved))
        return self.known[text]


def fields_of(capture):
    command = ["tshark", "-r", capture, *PREFERENCES, "-T", "fields", "-e", "frame.protocols", "-e", "_ws.malformed"]
    for field in [*ADDRESSES, *PORTS, *CHECKSUMS]:
        command += ["-e", field]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in out.split("\n")[:-1]:
        protocols, malformed, *values = line.split("\t")
        values = [tuple(filter(None, value.split(","))) for value in values]
        yield protocols, malformed, values[:4], values[4:8], [value.count(BAD) for value in values[8:]]


def compare(captured, rewritten):
    """Returns what is wrong, and the number of conversations."""
    wrong, left, conversations = [], collections.Counter(), (set(), set())
    mapped, packets = Map(), 0
    for before, after in zip(fields_of(captured), fields_of(rewritten)):
        packets += 1
        if after[1] and not before[1]:
            wrong.append(f"packet {packets} is malformed: {after[0]}")
        if any(now > then for then, now in zip(before[4], after[4])):
            wrong.append(f"packet {packets}: wrong checksums {dict(zip(CHECKSUMS, after[4]))}, as captured {before[4]}")
        if UNKNOWN & set(before[0].split(":")):
            continue
        if [tuple(map(mapped, addresses)) for addresses in before[2]] != after[2]:
            left[before[0]] += 1
            continue
        for found, packet in zip(conversations, (before, after)):
            for source, destination in (packet[2][:2], packet[2][2:]):
                found |= {(frozenset(pair), frozenset(map(str, packet[3]))) for pair in zip(source, destination)}
    # Damage that tshark reads on, and forms that only it accepts.
    if left.total() > packets / 100:
        wrong.append(f"addresses of {left.total()} of {packets} packets are not as mapped: {left.most_common(5)}")
    if len(conversations[0]) != len(conversations[1]):
        wrong.append(f"{len(conversations[1])} conversations, {len(conversations[0])} as captured")
    return wrong, len(conversations[1])


def main():
    corpus = os.environ.get("GOPHERCAP_CORPUS")
    if not corpus or shutil.which("tshark") is None:
        print("skipped: GOPHERCAP_CORPUS names no folder of captures, or tshark is not installed")
        return 77
    with tempfile.TemporaryDirectory() as work:
        paths = list(files_of(corpus, f"{work}/all.json"))
        captured, mapped, back, report = (f"{work}/{name}" for name in ("captured.pcap", "mapped.pcap", "back.pcap", "report.json"))
        replay = ["replay", "--quiet", "--out-format", "pcap", "--sequence", "--max-gap", "1ms"]
        run(*replay, "--out-file", captured, *paths)
        run(*replay, "--out-file", mapped, "--report", report, *(f"--map-ip={old}={new}" for old, new in PAIRS), *paths)
        run(*replay, "--out-file", back, *(f"--map-ip={new}={old}" for old, new in PAIRS), mapped)
        wrong, conversations = compare(captured, mapped)
        with open(captured, "rb") as one, open(back, "rb") as other:
            if one.read() != other.read():
                wrong.append("the pairs in reverse do not give the same bytes")
        with open(report, encoding="utf-8") as file:
            packets = json.load(file)["packets"]
    if not packets["balanced"]:
        wrong.append("the counts of the report do not add up")
    if packets["changed"]["rewritten"] < 1000:
        wrong.append(f"only {packets['changed']['rewritten']} packets were rewritten")
    print(f"{len(paths)} files, {packets['sent']} packets, {packets['changed']['rewritten']} rewritten, {conversations} conversations")
    print("\n".join(wrong[:50]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
