#!/usr/bin/env python3
"""Compares the byte streams of all TCP connections of two captures, as tshark follows them, and looks for packets of the second
one that are damaged: wrong checksums of IP, TCP and UDP, lengths that do not fit.

usage: streams.py BEFORE AFTER MOST_BYTES     exit 1 if they differ, or a frame has more bytes than that
"""

import subprocess
import sys

CHECKS = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
DAMAGED = "ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0 || _ws.malformed"


def tshark(path, *arguments):
    run = subprocess.run(["tshark", "-n", "-r", path, *arguments], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def streams(path):
    """{the two ends: what each of them has sent}"""
    numbers = sorted({int(n) for n in tshark(path, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream") if n})
    options = [option for n in numbers for option in ("-z", f"follow,tcp,raw,{n}")]
    found, ends, sent = {}, "", ["", ""]
    for line in tshark(path, "-q", *options):
        if line.startswith("Node 0"):
            ends, sent = line, ["", ""]
        elif line.startswith("Node 1"):
            found[ends + line] = sent
        elif line.strip() and set(line.strip()) <= set("0123456789abcdef"):
            sent[line.startswith("\t")] += line.strip()
    return found


def main():
    before, after, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
    wanted, got = streams(before), streams(after)
    if not wanted or wanted != got:
        lengths = {ends: [[len(side) // 2 for side in of.get(ends, [])] for of in (wanted, got)] for ends in wanted | got}
        sys.exit(f"the streams differ: {lengths}")
    if damaged := tshark(after, *CHECKS, "-Y", DAMAGED):
        sys.exit("damaged: " + "\n".join(damaged[:5]))
    if long := tshark(after, "-Y", f"frame.len > {most}"):
        sys.exit("too long: " + "\n".join(long[:5]))
    print(len(wanted), "streams are the same")


if __name__ == "__main__":
    main()
