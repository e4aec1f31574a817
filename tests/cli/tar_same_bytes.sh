#!/usr/bin/env bash
# tarExtract compared with GNU tar: every format and codec, names of all kinds, links, modes, times, empty
# files.
. "$(dirname "$0")/common.inc"

latin=$(printf 'latin-\351.pcap') accent=$(printf 'e\314\201.pcap')
long=$(printf 'x%.0s' {1..90})
mkdir -p "set/sub dir/$long" set/empty
for name in a.pcap "sub dir/b.pcap" "sub dir/$long/$long.pcap" "$latin" "$accent" 日本語.pcap $'new\nline.pcap'; do
  capture "set/$name" 100 "$RANDOM"
done
: >set/nothing.pcap
head -c 1500000 /dev/urandom >set/large.pcap
ln set/a.pcap set/hard.pcap
ln -s "sub dir/b.pcap" set/soft.pcap
chmod 640 set/a.pcap
chmod 700 set/empty
touch -d '2001-02-03 04:05:06.123456789' set/nothing.pcap set/empty

# list FOLDER [FRACTION]: type, mode, links, size, time, target and name of everything below it.
list() { (cd "$1" && find . -mindepth 1 -printf "%y %m %n %s %T${2:-s} %l %p\0" | sed -zE 's/^d ([0-7]+) [0-9]+ [0-9]+/d \1/' | LC_ALL=C sort -z); }

for format in v7 ustar gnu posix; do
  case $format in
    v7) tar --format=v7 --exclude="$long" -cf set.tar set ;;
    *) tar --format=$format -cf set.tar set ;;
  esac
  mkdir theirs
  tar -xpf set.tar -C theirs
  codecs=cat
  [[ $format == posix ]] && codecs="cat gzip zstd lz4 xz bzip2"
  for codec in $codecs; do
    $codec <set.tar >set.packed
    exits 0 tarExtract --in-tarball set.packed --out-dir ours
    diff -r --no-dereference theirs ours
    cmp <(list theirs) <(list ours)
    [[ $format == posix ]] && cmp <(list theirs @) <(list ours @)
    rm -r ours
  done
  exits 0 tar-extract - --out-dir ours <set.packed
  diff -r --no-dereference theirs ours
  # Pipes, and a locale that distinguishes UTF-8 from other bytes.
  LC_ALL=C.UTF-8 "$GOPHERCAP" tarExtract --in-tarball <(cat set.tar) --out-dir utf8 >out 2>err
  diff -r --no-dereference theirs utf8
  rm -r theirs ours utf8
done
