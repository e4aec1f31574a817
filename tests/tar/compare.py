#!/usr/bin/env python3
"""Extracts thousands of generated tarballs with gophercap, GNU tar and bsdtar, and reports where gophercap loses what another program finds.

usage: compare.py GOPHERCAP [--count N] [--first SEED] [--keep DIR] [--verbose]

The contents of each tarball are known. The following must hold:
  1. An undamaged tarball is extracted correctly, with status 0.
  2. What GNU tar extracts correctly from a damaged one, gophercap extracts too; if blocks are missing, it may exit with 3 instead.
  3. With status 0 nothing is missing, unless the damage cannot be detected.
  4. map finds the captures that tarExtract extracts, under the same names, and exits with the same status.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import variants


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          env={**os.environ, "LC_ALL": "C"}, timeout=60)
    return done.returncode, done.stdout, done.stderr


def files_below(folder):
    found = {}
    for top, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            path = os.path.join(top, name)
            if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) < 1 << 24:
                found[os.path.relpath(path, os.fsencode(folder))] = pathlib.Path(os.fsdecode(path)).read_bytes()
    return found


def extracted(command, work, name):
    folder = work / name
    folder.mkdir()
    status, _, err = run([part.format(tar=work / "x.tar", out=folder) for part in command], work)
    return status, files_below(folder), err.decode(errors="replace")


class Judge:
    def __init__(self, gophercap, bsdtar):
        self.gophercap, self.bsdtar, self.only_others = gophercap, bsdtar, 0

    def judge(self, case, work):
        (work / "x.tar").write_bytes(case.bytes)
        status, ours, said = extracted([self.gophercap, "tarExtract", "{tar}", "--out-dir", "{out}", "--quiet"], work, "ours")
        gnu_status, gnu, _ = extracted(["tar", "--ignore-zeros", "--no-same-owner", "-xf", "{tar}", "-C", "{out}"], work, "gnu")
        faults = []
        if status not in (0, 1, 3, 4):
            faults.append(f"status {status}")
        missing = {p for p, d in case.truth.items() if ours.get(p) != d}
        if not case.damaged and not case.hidden and (missing or status != 0):
            faults.append(f"sound, but status {status}, missing {sorted(missing)}")
        for path in sorted(missing):
            # If blocks were removed or inserted, the result depends on where a program looks for headers again; for changed
            # records, on which one it uses.
            if gnu.get(path) == case.truth[path] and not (case.moved and (status == 3 or "DAMAGE record" in case.notes)):
                faults.append(f"GNU tar has {path!r} (status {gnu_status})")
        if status == 0 and missing and not case.hidden:
            faults.append(f"status 0 without {sorted(missing)}")
        if self.bsdtar:
            _, bsd, _ = extracted(["bsdtar", "--options", "read_concatenated_archives", "-xf", "{tar}", "-C", "{out}"], work, "bsd")
            for path in sorted(missing):
                if bsd.get(path) == case.truth[path] and status == 0:
                    faults.append(f"bsdtar has {path!r}")
        faults += self.compare_map(status, ours, said, work)
        return [f"{fault}\n    {said.strip()}" for fault in faults]

    def compare_map(self, status, ours, said, work):
        map_status, _, map_said = run([self.gophercap, "map", "x.tar", "--dump-json", "m.json", "--quiet"], work)
        # A dump contains names that are not UTF-8 in the form that JSON allows.
        captures = {p.decode(errors="replace") for p, d in ours.items() if d[:4] == b"\xd4\xc3\xb2\xa1" and p.endswith(b".pcap")}
        # Without a hint, a file that does not begin like a tarball is not one.
        if not captures or "byte 0 of the archive" in said or (work / "x.tar").read_bytes()[:1] == b"\0":
            return [] if map_status != 0 or not captures else ["map: status 0"]
        if not (work / "m.json").exists():
            return [f"map: status {map_status}: {map_said.decode()}"]
        dump = json.loads((work / "m.json").read_bytes())
        mapped = {f["member"] for f in dump["files"] if "member" in f}
        faults = []
        if captures - mapped:
            faults.append(f"map has {sorted(mapped - captures)}, tarExtract {sorted(captures - mapped)}")
        if status == 0 and map_status not in (0,) and not any(f.get("damage") for f in dump["files"] if "member" in f):
            faults.append(f"map: status {map_status}, tarExtract: {status}: {map_said.decode()}")
        if status == 3 and map_status == 0 and "not extracted" not in said:
            faults.append(f"map: status 0, tarExtract: {status}")
        return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gophercap")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", help="tarballs of disagreements go there")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    judge = Judge(os.path.abspath(options.gophercap), shutil.which("bsdtar"))
    bad = 0
    for seed in range(options.first, options.first + options.count):
        case = variants.Case(seed)
        with tempfile.TemporaryDirectory() as work:
            faults = judge.judge(case, pathlib.Path(work))
        if faults:
            bad += 1
            print(f"{seed} ({', '.join(case.notes)}):")
            for fault in faults:
                print("  " + fault)
            if options.keep:
                pathlib.Path(options.keep, f"{seed}.tar").write_bytes(case.bytes)
    print(f"{options.count} tarballs, {bad} disagreements" + ("" if judge.bsdtar else " (without bsdtar)"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
