#!/usr/bin/env python3
"""Compares what `gophercap tarExtract` extracts from real tarballs with a table of their contents.

Each capture of the table exists with its size, and `gophercap map` finds the packets, bytes and times of the table in it.
All members have the same bytes as those extracted by GNU tar, also after --out-gzip or --out-zstd and decompression. Mapped and replayed inside
the tarball, the captures give the same dump and packets as the extracted files.

environment: GOPHERCAP, the binary; GOPHERCAP_CORPUS, the folder of captures. Exit 77 where something is missing.
"""

import csv
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TABLE = "expected-dev-tar-members.tsv"


def nanoseconds(text):
    match = re.fullmatch(r"(.*?)(?:\.(\d+))?Z", text)
    seconds = datetime.datetime.fromisoformat(match[1]).replace(tzinfo=datetime.timezone.utc)
    since = seconds - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 10**9 + int((match[2] or "").ljust(9, "0"))


def files_below(folder):
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()}


def extract(binary, tarball, folder, *options):
    run = subprocess.run([binary, "tarExtract", "--in-tarball", tarball, "--out-dir", folder, "--json", *options],
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{tarball}: exit {run.returncode}\n{run.stderr}")
    return json.loads(run.stdout)


def check_tarball(binary, tarball, rows, work):
    ours, theirs, packed = work / "ours", work / "theirs", work / "packed"
    report = extract(binary, tarball, ours)
    theirs.mkdir()
    subprocess.run(["tar", "-xf", tarball, "-C", theirs], check=True)
    mine, oracle = files_below(ours), files_below(theirs)
    if mine.keys() != oracle.keys() or report["files"] + report["links"] < len(oracle):
        yield f"other members: {sorted(mine.keys() ^ oracle.keys())}"
        return
    for name, path in oracle.items():
        if mine[name].read_bytes() != path.read_bytes():
            yield f"{name}: other bytes"
        elif mine[name].stat().st_mtime_ns != path.stat().st_mtime_ns:
            yield f"{name}: another time"
    extract(binary, tarball, packed, "--out-gzip", "--level", "fast")
    for name, path in files_below(packed).items():
        plain = name.removesuffix(".gz") if name not in oracle else name
        found = path.read_bytes() if name in oracle else subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout
        if found != oracle[plain].read_bytes():
            yield f"{name}: other bytes when compressed"

    run = subprocess.run([binary, "map", "--json", "--quiet", "--dump-json", work / "dump.json", *[ours / row["member"] for row in rows]],
                         capture_output=True, text=True, check=False)
    mapped = {entry["path"]: entry for entry in json.loads(run.stdout)["files"]}
    for row in rows:
        path = ours / row["member"]
        if path.stat().st_size != int(row["bytes"]):
            yield f"{row['member']}: {path.stat().st_size} bytes, not {row['bytes']}"
        if row["error"] or row["truncated"] == "1" or not row["packets"]:
            continue
        entry = mapped[str(path)]
        # The table counts zeros after the last packet as packets; a time beyond 64 bits counts as
        # missing here.
        if entry["padding_bytes"] > 0 or entry["packets_without_time"] > 0:
            continue
        wanted = {"packets": int(row["packets"]), "size": int(row["caplen_sum"]), "wire_bytes": int(row["len_sum"])}
        got = {key: entry[key] for key in wanted}
        if row["min_ns"] and int(row["packets"]) > 0 and int(row["bad_frac"] or 0) == 0:
            wanted["times"] = [int(row["min_ns"]), int(row["max_ns"])]
            got["times"] = [nanoseconds(entry["beginning"]), nanoseconds(entry["end"])]
        if got != wanted:
            yield f"{row['member']}: {got}, not {wanted}"


def mapped_and_replayed(binary, source, prefix, work):
    """The dump without paths that depend on the place, and the packets of a replay."""
    dump, out = work / "set.json", work / "set.pcapng"
    subprocess.run([binary, "map", source, "--quiet", "--dump-json", dump], capture_output=True, check=False)
    subprocess.run([binary, "replay", "--quiet", "--dump-json", dump, "--topspeed", "--out-file", out], capture_output=True,
                   check=False)
    loaded = json.loads(dump.read_text())
    for entry in loaded["files"]:
        assert entry["path"].startswith(prefix), entry["path"]
        entry["path"] = entry["path"].removeprefix(prefix)
        for key in ("archive", "member", "path_hex"):
            entry.pop(key, None)
        if "damage" in entry:
            entry["damage"]["reason"] = ""
    return loaded, out.read_bytes()


def check_in_place(binary, tarball, work):
    extracted = work / "extracted"
    extract(binary, tarball, extracted)
    of_files = mapped_and_replayed(binary, extracted, f"{extracted}/", work)
    of_tarball = mapped_and_replayed(binary, tarball, f"{tarball}!/", work)
    if not of_files[0]["files"] or not of_files[1]:
        yield "nothing was mapped or replayed"
    if of_files[0] != of_tarball[0]:
        yield "mapped in place: another dump than of the extracted files"
    if of_files[1] != of_tarball[1]:
        yield "replayed in place: other packets than of the extracted files"


def main():
    binary, corpus = os.environ.get("GOPHERCAP"), os.environ.get("GOPHERCAP_CORPUS")
    if not binary or not corpus or not (pathlib.Path(corpus) / TABLE).exists():
        print("skipped: GOPHERCAP or GOPHERCAP_CORPUS is not set")
        return 77
    tarballs = {}
    with open(pathlib.Path(corpus) / TABLE, newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            tarball, row["member"] = row["file"].split("!", 1)
            tarballs.setdefault(tarball, []).append(row)
    failed = 0
    for tarball, rows in tarballs.items():
        with tempfile.TemporaryDirectory() as folder:
            for difference in check_tarball(binary, pathlib.Path(corpus) / tarball, rows, pathlib.Path(folder)):
                print(f"{tarball}: {difference}")
                failed += 1
        with tempfile.TemporaryDirectory() as folder:
            for difference in check_in_place(binary, pathlib.Path(corpus) / tarball, pathlib.Path(folder)):
                print(f"{tarball}: {difference}")
                failed += 1
        print(f"{tarball}: {len(rows)} captures looked at")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
