#!/usr/bin/env bash
# A full disk, and a file system that does not accept a file of that size: no partial file, and the cause
# is reported.
. "$(dirname "$0")/common.inc"

mkdir set disk
head -c 100000 /dev/urandom >set/a.pcap
head -c 3000000 /dev/urandom >set/b.pcap
tar -cf set.tar -C set a.pcap b.pcap
export GOPHERCAP
(trap '' XFSZ; ulimit -f 1000; exec "$GOPHERCAP" tarExtract --in-tarball set.tar --out-dir limited >out 2>err) || status=$?
[[ ${status:-0} -eq 3 ]]
has err "b.pcap: not extracted: it is too large for the file system"
[[ $(find limited -type f) == limited/a.pcap ]]

unshare -m true 2>/dev/null || skip "no mount namespaces"
for packing in "" --out-gzip --out-zstd; do
  unshare -m bash -eu -c '
    mount -t tmpfs -o size=1500k tmpfs disk
    status=0
    "$GOPHERCAP" tarExtract --in-tarball set.tar --out-dir disk --level fast $1 >out 2>err || status=$?
    [[ $status -eq 1 ]]
    [[ $(find disk -type f) == disk/a.pcap* ]]' - "$packing" || { cat err; exit 1; }
  has err "b.pcap"
  has err "No space left on device"
  has err "free some space"
done
