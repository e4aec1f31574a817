#!/usr/bin/env bash
# --dryrun lists what would be extracted (name, size, time) as text or JSON, and writes nothing.
. "$(dirname "$0")/common.inc"

mkdir -p set/sub
capture set/a.pcap 100
capture set/sub/b.pcap 100 101
ln -s a.pcap set/l
touch -d '2020-09-28 08:00:00.5Z' set/a.pcap set/sub/b.pcap
tar --format=posix -cjf set.tar.bz2 set
before=$(find . -mindepth 1 ! -name out ! -name err | sort)
exits 0 tarExtract --in-tarball set.tar.bz2 --dryrun --file-regexp 'b\.pcap|/l$'
[[ $(wc -l <out) -eq 3 ]]
grep -qE '^file +176  2020-09-28 08:00:00  set/sub/b\.pcap$' out
grep -qE '^link +0  .*  set/l -> a\.pcap$' out
has err "2 of 5 members, 176 B of files"
exits 0 tar-extract set.tar.bz2 --dry-run --json
python3 - <<'PYTHON'
import json
listed = json.load(open("out"))
assert listed["version"] == 1 and listed["members_read"] == 5 and listed["compression"] == "bzip2", listed
members = {m["path"]: m for m in listed["members"]}
assert sorted(members) == ["set/", "set/a.pcap", "set/l", "set/sub/", "set/sub/b.pcap"], members
assert members["set/a.pcap"]["size_bytes"] == 100 and members["set/a.pcap"]["mtime"] == "2020-09-28T08:00:00.5Z"
assert members["set/l"]["kind"] == "link" and members["set/l"]["link"] == "a.pcap"
PYTHON
[[ $(find . -mindepth 1 ! -name out ! -name err | sort) == "$before" ]]
exits 4 tarExtract --in-tarball set.tar.bz2 --dryrun --file-regexp nowhere
has err "none of 5 members matches"
exits 4 tarExtract --in-tarball set.tar.bz2 --dryrun --json --file-regexp nowhere
python3 -c 'import json; assert json.load(open("out"))["members"] == []'

# Names cannot control the terminal.
touch $'set/a\e[2J'
tar -cf evil.tar set
exits 0 tarExtract --in-tarball evil.tar --out-dir o
exits 3 tarExtract --in-tarball evil.tar --out-dir o
not grep -q $'\e' err
