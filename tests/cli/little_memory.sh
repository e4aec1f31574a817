#!/usr/bin/env bash
# With any memory limit (ulimit -v), the work is done, or ends with "out of memory" and status 1; no crash, no hang, no
# partial file, and no capture is reported as damaged.
. "$(dirname "$0")/common.inc"

limited() {
  (
    ulimit -v "$1"
    shift
    exec timeout 20 "$GOPHERCAP" "$@"
  )
}
# The smallest limit with which the program starts; sanitizers reserve terabytes.
least=0
for kib in 10000 20000 30000 40000 50000 60000 80000; do
  if limited $kib version >/dev/null 2>&1; then least=$kib && break; fi
done
[[ $least -gt 0 ]] || skip "does not begin in 80 MB"
mkdir d
for name in a b c; do capture d/$name.pcap; done
gzip -k d/a.pcap
! command -v xz >/dev/null || xz -k d/b.pcap
! command -v zstd >/dev/null || zstd -q d/c.pcap
tar -czf t.tar.gz d
exits 0 map d --dump-json d.json
exits 0 replay --dump-json d.json --out-file sent.pcap
ended=0
for words in "map d --file-workers 4 --dump-json out/f" "map t.tar.gz --dump-json out/f" "replay --dump-json d.json --discard" \
  "replay --dump-json d.json --discard --preload" "replay --dump-json d.json --out-file out/f --report out/r" \
  "verify --dump-json d.json sent.pcap" "tarExtract --in-tarball t.tar.gz --out-dir out/d --out-gzip --map out/f"; do
  for kib in $least $((least + 3000)) $((least + 8000)) $((least + 15000)) $((least + 30000)) $((least + 60000)) 80000; do
    rm -rf out
    mkdir out
    status=0
    # shellcheck disable=SC2086
    limited "$kib" $words >stdout 2>err || status=$?
    case $status in
    0) ;;
    1)
      ended=1
      has err "out of memory"
      ;;
    *)
      echo "ulimit -v $kib, $words: exit status $status" >&2
      cat err >&2
      exit 1
      ;;
    esac
    [[ -z $(find out -name '.*' -o -name '*.part*') ]]
    not grep -qi "damage" err stdout
  done
done
[[ $ended -eq 1 ]]
