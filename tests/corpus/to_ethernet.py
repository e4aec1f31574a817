#!/usr/bin/env python3
"""Packets of other links become Ethernet frames in which tshark finds the same addresses, ports and sequence numbers.

No other packet appears, and none is lost. The set is every file of the corpus whose link types tshark reads and a conversion
supports. Exit status 77: GOPHERCAP_CORPUS names no folder of captures, or tshark is missing.
"""

import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

GOPHERCAP = os.environ["GOPHERCAP"]
# tshark knows no switch tags (281, 282, 284, 285). 1 is Ethernet.
LINK_TYPES = {0, 1, 9, 12, 14, 50, 51, 101, 104, 105, 107, 108, 113, 119, 127, 163, 192, 219, 228, 229, 239, 258, 276}
FIELDS = ["ip.src", "ip.dst", "ip.proto", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "udp.srcport",
          "udp.dstport", "udp.length", "icmp.type", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"]
# Each packet by itself.
PREFERENCES = ["-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE"]


def run(*arguments):
    done = subprocess.run([GOPHERCAP, *arguments], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(arguments[:8])}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def files_of(corpus, dump):
    run("map", corpus, "--file-suffix", "", "--quiet", "--dump-json", dump)
    with open(dump, encoding="utf-8") as file:
        files = json.load(file)["files"]
    for entry in files:
        types = {row["link_type"] for row in entry["link_types"] if row["packets"] > 0}
        if types <= LINK_TYPES and types - {1}:
            yield entry["path"]


def found_in(capture):
    """What tshark finds in each packet with IP or ARP, and how many packets are malformed."""
    command = ["tshark", "-r", capture, *PREFERENCES, "-T", "fields", "-E", "occurrence=f"]
    for field in [*FIELDS, "_ws.malformed"]:
        command += ["-e", field]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.splitlines()]
    found = collections.Counter(tuple(row[:-1]) for row in rows if any(row[:-1]))
    return found, sum(1 for row in rows if row[-1] and any(row[:-1]))


def main():
    corpus = os.environ.get("GOPHERCAP_CORPUS")
    if not corpus or shutil.which("tshark") is None:
        print("skipped: GOPHERCAP_CORPUS names no folder of captures, or tshark is not installed")
        return 77
    with tempfile.TemporaryDirectory() as work:
        paths = list(files_of(corpus, f"{work}/all.json"))
        captured, converted, report = f"{work}/captured.pcapng", f"{work}/converted.pcap", f"{work}/report.json"
        replay = ["replay", "--quiet", "--sequence", "--max-gap", "1ms"]
        run(*replay, "--to-ethernet", "off", "--out-file", captured, "--out-format", "pcapng", *paths)
        run(*replay, "--to-ethernet", "on", "--out-file", converted, "--report", report, *paths)
        before, malformed_before = found_in(captured)
        after, malformed_after = found_in(converted)
        with open(report, encoding="utf-8") as file:
            packets = json.load(file)["packets"]
    wrong = [f"lost: {row} {n} times" for row, n in (before - after).items()]
    wrong += [f"invented: {row} {n} times" for row, n in (after - before).items()]
    if malformed_after > malformed_before:
        wrong.append(f"{malformed_after} malformed packets, {malformed_before} as captured")
    if not packets["balanced"]:
        wrong.append("the counts of the report do not add up")
    if packets["changed"]["converted"] < 1000:
        wrong.append(f"only {packets['changed']['converted']} packets were converted")
    print(f"{len(paths)} files, {after.total()} packets with IP or ARP, {packets['changed']['converted']} converted")
    print("\n".join(wrong[:50]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
