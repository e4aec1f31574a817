#!/usr/bin/env bash
# A recording whose name ends with .gz or .zst is compressed; decompressed, it equals the plain one, and gophercap can read it.
. "$(dirname "$0")/common.inc"

# shellcheck disable=SC2046
capture a.pcap $(seq 100 20000)
exits 0 map a.pcap --dump-json d.json
exits 0 replay --dump-json d.json --out-file plain.pcap
exits 0 replay --dump-json d.json --out-file plain.pcapng --out-format pcapng

for name in x.pcap.gz x.PCAP.GZ x.pcap.bgz; do
  exits 0 replay --dump-json d.json --out-file $name --report r.json
  has out "file $name"
  gzip -t <$name
  gzip -dc <$name | cmp - plain.pcap
  # BGZF: the header of a member contains its length, and an empty member ends the file.
  [[ $(head -c 14 $name | tail -c 2) == BC ]]
  [[ $(tail -c 28 $name | od -An -tx1 | tr -d ' \n') == 1f8b08040000000000ff0600424302001b0003000000000000000000 ]]
done
exits 0 replay --dump-json d.json --out-file x.pcapng.zst --out-format pcapng --loop-count 1
zstd -q -t x.pcapng.zst
zstd -dcq x.pcapng.zst | cmp - plain.pcapng
[[ $(wc -c <x.pcap.gz) -lt $(($(wc -c <plain.pcap) / 2)) ]]
if command -v capinfos >/dev/null; then capinfos -c -M x.pcap.gz | grep -q "19901"; fi

# The same bytes each time; the report knows its name; what we write we read.
cp x.pcap.gz before.pcap.gz
exits 0 replay --dump-json d.json --out-file x.pcap.gz --report r.json
cmp x.pcap.gz before.pcap.gz
python3 -c 'import json; r = json.load(open("r.json")); assert "x.pcap.gz" in r["target"] and r["packets"]["sent"] == 19901, r'
exits 0 verify x.pcap.gz --report r.json
exits 0 verify x.pcapng.zst --dump-json d.json
exits 0 map x.pcap.gz x.pcap.bgz x.pcapng.zst --dump-json again.json
python3 -c 'import json; assert [f["packets"] for f in json.load(open("again.json"))["files"]] == 3 * [19901]'

# Standard output is plain.
"$GOPHERCAP" replay --dump-json d.json --out-file - 2>err | cmp - plain.pcap
mkfifo pipe.gz
gzip -dc <pipe.gz >piped &
exits 0 replay --dump-json d.json --out-file pipe.gz
wait $!
cmp piped plain.pcap

# What can't be written is not written under its name.
for name in xz lz4 bz2; do
  exits 2 replay --dump-json d.json --out-file x.pcap.$name
  has err "can't be compressed with"
  [[ ! -e x.pcap.$name ]]
done
