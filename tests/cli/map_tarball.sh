#!/usr/bin/env bash
# Captures inside a tarball are mapped and replayed in place, with the same dump and the same packets as the extracted files, for
# each format and codec.
. "$(dirname "$0")/common.inc"
. "$(dirname "$0")/tarball.inc"

make_set
exits 3 map set --dump-json files.json
dump_of files.json set/ >expected
exits 3 replay --dump-json files.json --topspeed --out-file expected.pcap --quiet

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
    # Standard input gets no index, but gives the same captures.
    "$GOPHERCAP" map - --json --quiet <packed.tar.x >stdin.json && false || [[ $? -eq 3 ]]
    dump_of stdin.json "-!/set/" | cmp expected -
  done
done

# Tarballs in a folder are found by their extension, and captures inside them by the usual
# extensions.
mkdir folder && cp packed.tar.x folder/one.tar.bz2 && gzip -c set.tar >folder/two.tar.gz
exits 3 map --dir-src folder --file-suffix tar.bz2 --file-suffix tar.gz --json
[[ $(grep -c '"member": "set/sub/c5.pcap"' out) -eq 2 ]]
has out '"member": "set/other/packed.pcap.gz"'
not grep -q noise.bin out
