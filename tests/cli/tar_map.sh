#!/usr/bin/env bash
# tarExtract --map writes the same dump as a later map of the folder.
. "$(dirname "$0")/common.inc"

mkdir -p set/sub
for i in 1 2 3; do capture "set/sub/c$i.pcap" "$((100 + i))" "$((120 - i))"; done
capture set/empty.pcap none
gzip -k set/sub/c1.pcap
printf 'no capture' >set/bad.pcap
printf 'text' >set/readme.txt
capture set/sparse.pcap 111 && truncate -s 3M set/sparse.pcap
ln set/sub/c3.pcap set/hard.pcap
ln -s sub/c2.pcap set/soft.pcap
{ cat set/sub/c1.pcap; head -c 20000 /dev/urandom; } >set/damaged.pcap
tar --sparse -cf set.tar set
tar -rf set.tar set/sub/c1.pcap # a second one of that path

# How far a file was read beyond its damage depends on the pieces it came in.
same() {
  python3 - "$@" <<'PYTHON'
import json, sys
def load(path):
    dump = json.load(open(path))
    for file in dump["files"]:
        if "damage" in file:
            file.pop("plain_size_bytes")
    return dump
a, b = map(load, sys.argv[1:])
assert a == b, (a, b)
PYTHON
}

for options in "" --flatten --out-gzip --out-zstd; do
  rm -rf o
  # shellcheck disable=SC2086
  exits 3 tarExtract set.tar --out-dir o --map got.json $options
  grep '^  o/.*: byte ' out >damage && [[ -s damage ]]
  warned=$(grep damaged err)
  exits 3 map o --dump-json expected.json
  [[ $(grep damaged err) == "$warned" ]]
  same expected.json got.json
  # Files that exist already are mapped too.
  # shellcheck disable=SC2086
  exits 3 tarExtract set.tar --out-dir o --map again.json --resume $options
  same expected.json again.json
done
rm -rf o
exits 0 tarExtract set.tar --out-dir o --map - --file-regexp 'c[12]'
mv out printed.json
exits 0 map o --dump-json expected.json
cmp expected.json printed.json
exits 2 tarExtract set.tar --dryrun --map x.json

# A truncated capture is reported in the same words wherever it is scanned: as a file, in its tarball, during
# extraction.
capture cut.pcap 100 101 102 && truncate -s -7 cut.pcap
tar -czf cut.tar.gz cut.pcap
exits 3 map cut.pcap --dump-json file.json
words=$(sed -n 's/^  cut.pcap: //p' out)
[[ -n $words ]]
exits 3 map cut.tar.gz --dump-json member.json
has out "cut.tar.gz!/cut.pcap: $words"
exits 3 tarExtract cut.tar.gz --out-dir cut --map dump.json
has out "cut/cut.pcap: $words"
has err "1 of 1 file damaged"
exits 3 tarExtract cut.tar.gz --out-dir cut --map dump.json --resume --json
has out '"mapped_files_damaged":1'
has err "1 of 1 file damaged"
