#!/usr/bin/env bash
# Sparse members stay sparse, in all formats of GNU tar; a hole of 20 GB is quick.
. "$(dirname "$0")/common.inc"

mkdir set
truncate -s 20G set/holes
printf front | dd of=set/holes conv=notrunc status=none
printf middle | dd of=set/holes bs=1 seek=9999999999 conv=notrunc status=none
truncate -s 5000000 set/empty
for format in gnu posix:1.0 posix:0.1 posix:0.0; do
  version=${format#*:}
  tar --format="${format%:*}" --sparse ${version:+$([[ $format == gnu ]] || echo "--sparse-version=$version")} -cf set.tar set
  [[ $(stat -c %s set.tar) -lt 1000000 ]]
  rm -rf out-dir
  exits 0 tarExtract --in-tarball set.tar --out-dir out-dir
  [[ $(stat -c %s out-dir/set/holes) -eq $((20 << 30)) && $(stat -c %s out-dir/set/empty) -eq 5000000 ]]
  [[ $(($(stat -c %b out-dir/set/holes) * 512)) -lt 1000000 ]]
  [[ $(dd if=out-dir/set/holes bs=5 count=1 status=none) == front ]]
  [[ $(dd if=out-dir/set/holes iflag=skip_bytes,count_bytes bs=4096 skip=9999999999 count=6 status=none) == middle ]]
  cmp -n 10000000 set/holes out-dir/set/holes
done
exits 0 tarExtract --in-tarball set.tar --out-dir packed --out-zstd --level fast --max-ratio 0
[[ $(stat -c %s packed/set/holes.zst) -lt 10000000 ]]
zstd -qdc packed/set/empty.zst | cmp - set/empty
