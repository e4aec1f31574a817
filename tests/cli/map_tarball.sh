#!/usr/bin/env bash
# Captures inside a tarball are mapped and replayed where they are: the same dump and the same packets as of the extracted files,
# for each format and codec; the index is used, noticed when it is missing, and made anew when the tarball has changed.
. "$(dirname "$0")/common.inc"

mkdir -p set/sub set/other
for i in 1 2 3 4 5 6 7 8; do capture "set/sub/c$i.pcap" "$((100 + i))" "$((120 - i))" "$((130 + i))"; done
capture "set/other/é.pcap" 105
capture set/other/empty.pcap none
gzip -k set/sub/c1.pcap && mv set/sub/c1.pcap.gz set/other/packed.pcap.gz
zstd -q set/sub/c2.pcap -o set/other/packed2.pcap.zst
ln set/sub/c3.pcap set/other/hard.pcap
ln -s ../sub/c4.pcap set/other/soft.pcap
head -c 700000 /dev/urandom >set/other/noise.bin
printf 'no capture' >set/other/bad.pcap
# A sparse capture: its tail is a hole, which is padding.
capture set/sub/sparse.pcap 111 112 && truncate -s 3M set/sub/sparse.pcap
# Large enough for checkpoints, hard to compress.
python3 - <<'PYTHON'
import random, struct
random.seed(1)
with open("set/sub/large.pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for i in range(12500):
        f.write(struct.pack("<IIII", 100 + i // 1000, i % 1000, 1400, 1400) + random.randbytes(700) + bytes(700))
PYTHON

# GNU's format has whole seconds only.
find set -exec touch -h -d '2024-05-06 07:08:09' {} +

# dump_of FILE PREFIX: the dump without what names the place.
dump_of() {
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
dump = json.load(open(sys.argv[1]))
for file in dump["files"]:
    assert file["path"].startswith(sys.argv[2]), file["path"]
    if "archive" in file:
        assert file["path"] == file["archive"] + "!/" + file["member"], file
    file["path"] = file["path"][len(sys.argv[2]):]
    file.pop("archive", None), file.pop("member", None)
    if "damage" in file:
        file["damage"]["reason"] = ""
print(json.dumps(dump, indent=1))
PYTHON
}

exits 3 map set --dump-json files.json
dump_of files.json set/ >expected
exits 3 replay --dump-json files.json --topspeed --wait-disable=false --out-file expected.pcap --quiet

for format in gnu posix; do
  tar --format=$format --sparse -cf set.tar set
  codecs=cat
  [[ $format == posix ]] && codecs="cat gzip zstd lz4 xz-1 bzip2-1"
  for codec in $codecs; do
    rm -f packed* replayed.pcap
    ${codec/-/ -} <set.tar >packed.tar.x
    exits 3 map packed.tar.x --dump-json packed.json
    [[ -f packed.tar.x.index ]]
    dump_of packed.json "packed.tar.x!/set/" | cmp expected -
    exits 3 replay --dump-json packed.json --topspeed --out-file replayed.pcap --quiet
    cmp expected.pcap replayed.pcap
    # Standard input has no index, but the same captures.
    "$GOPHERCAP" map - --json --quiet <packed.tar.x >stdin.json && false || [[ $? -eq 3 ]]
    dump_of stdin.json "-!/set/" | cmp expected -
  done
done

# One member by its name, a few by an expression: from the index, without a pass.
exits 0 map 'packed.tar.x!/set/sub/c5.pcap' --json
has out '"member": "set/sub/c5.pcap"'
exits 0 map packed.tar.x --file-regexp 'sub/c[67]' --json
[[ $(grep -c '"member"' out) -eq 2 ]]
exits 0 replay 'packed.tar.x!/set/sub/c5.pcap' --topspeed --out-file one.pcap
capture one-expected.pcap 105 115 135
"$GOPHERCAP" replay one-expected.pcap --topspeed --out-file one-expected.out --quiet >/dev/null
cmp one-expected.out one.pcap

# Without the index a replay makes it.
rm packed.tar.x.index
exits 3 replay --dump-json packed.json --topspeed --out-file again.pcap
has err "there is no index"
cmp expected.pcap again.pcap
[[ -f packed.tar.x.index ]]

# A changed tarball is noticed.
capture set/sub/c9.pcap 200
tar --sparse -cf - set | bzip2 >packed.tar.x
exits 3 replay --dump-json packed.json --topspeed --out-file changed.pcap
has err "mapping it again"
cmp expected.pcap changed.pcap

# Moved beside the dump, with its index.
mkdir moved && mv packed.tar.x packed.tar.x.index packed.json moved/
exits 3 replay --dump-json moved/packed.json --topspeed --out-file moved.pcap
has err "found beside the dump"
cmp expected.pcap moved.pcap

# A tarball that breaks: what stands before is used.
gzip <set.tar >whole.tar.gz
head -c "$(($(stat -c %s whole.tar.gz) - 200000))" whole.tar.gz >cut.tar.gz
exits 3 map cut.tar.gz --dump-json cut.json
has err "breaks at byte"
exits 3 replay --dump-json cut.json --topspeed --out-file cut.pcap --quiet

# What is none.
exits 4 map whole.tar.gz --file-regexp nowhere
exits 4 map set --file-regexp nowhere
exits 1 map 'whole.tar.gz!/nowhere.pcap'
