#!/usr/bin/env bash
# The index of a tarball: reading captures starts at its checkpoints; it is used, made if it is missing, and made anew if the
# tarball has changed.
. "$(dirname "$0")/common.inc"
. "$(dirname "$0")/tarball.inc"

make_set
add_large_capture
exits 3 map set --dump-json files.json
dump_of files.json set/ >expected
exits 3 replay --dump-json files.json --topspeed --out-file expected.pcap --quiet
tar --sparse -cf set.tar set

zstd_frames() { split -b 4M --filter='zstd -q -c -1' set.tar; }
lz4_frames() { split -b 4M --filter='lz4 -q -c' set.tar; }
for codec in zstd_frames lz4_frames gzip; do
  rm -f packed*
  $codec <set.tar >packed.tar.x
  exits 3 map packed.tar.x --dump-json packed.json
  dump_of packed.json "packed.tar.x!/set/" | cmp expected -
  exits 3 replay --dump-json packed.json --topspeed --out-file replayed.pcap --quiet
  cmp expected.pcap replayed.pcap
  [[ $(python3 -c 'import sqlite3; print(sqlite3.connect("packed.tar.x.index").execute("SELECT count(*) FROM checkpoints").fetchone()[0])') -gt 0 ]]
  # Mapped again, now from checkpoint to checkpoint, by one worker and by several.
  for workers in 1 4; do
    exits 3 map packed.tar.x --dump-json packed.json --file-workers $workers
    dump_of packed.json "packed.tar.x!/set/" | cmp expected -
    exits 0 map 'packed.tar.x!/set/sub/large.pcap' --file-workers $workers --json
    has out '"packets": 18500'
  done
done

# There is a note if each capture has to be reached from the beginning, and otherwise none.
exits 0 replay 'packed.tar.x!/set/sub/c5.pcap' --topspeed --discard
not grep -qF "can only be read from its beginning" err
for codec in "zstd -q -1" "lz4 -q"; do
  $codec -c set.tar >one.tar.x
  exits 0 replay 'one.tar.x!/set/sub/c5.pcap' --topspeed --discard
  has err "can only be read from its beginning"
done

# One member by name, several by an expression: read by means of the index, without a pass.
exits 0 map 'packed.tar.x!/set/sub/c5.pcap' --json
has out '"member": "set/sub/c5.pcap"'
exits 0 map packed.tar.x --file-regexp 'sub/c[67]' --json
[[ $(grep -c '"member"' out) -eq 2 ]]
exits 0 replay 'packed.tar.x!/set/sub/c5.pcap' --topspeed --out-file one.pcap
capture one-expected.pcap 105 115 135
"$GOPHERCAP" replay one-expected.pcap --topspeed --out-file one-expected.out --quiet >/dev/null
cmp one-expected.out one.pcap

# Without an index, a replay makes it.
rm packed.tar.x.index
exits 3 replay --dump-json packed.json --topspeed --out-file again.pcap
has err "there is no index"
cmp expected.pcap again.pcap
[[ -f packed.tar.x.index ]]

# A changed tarball is detected.
capture set/sub/c9.pcap 200
tar --sparse -cf - set | gzip -1 >packed.tar.x
exits 3 replay --dump-json packed.json --topspeed --out-file changed.pcap
has err "mapping it again"
cmp expected.pcap changed.pcap

# Moved beside the dump, together with its index.
mkdir moved && mv packed.tar.x packed.tar.x.index packed.json moved/
exits 3 replay --dump-json moved/packed.json --topspeed --out-file moved.pcap
has err "found beside the dump"
cmp expected.pcap moved.pcap

# A tarball that breaks off: what comes before is used.
gzip <set.tar >whole.tar.gz
head -c "$(($(stat -c %s whole.tar.gz) - 200000))" whole.tar.gz >cut.tar.gz
exits 3 map cut.tar.gz --dump-json cut.json
has err "breaks at byte"
exits 3 replay --dump-json cut.json --topspeed --out-file cut.pcap --quiet

# No match, and a file that is not a tarball.
exits 4 map whole.tar.gz --file-regexp nowhere
exits 4 map set --file-regexp nowhere
exits 1 map 'whole.tar.gz!/nowhere.pcap'
