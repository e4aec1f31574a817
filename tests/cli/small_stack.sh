#!/usr/bin/env bash
# With a stack of 256 KiB, and with one descriptor too few: the work is done, or there is an error and status 1; never a
# crash, and no capture is reported as damaged.
. "$(dirname "$0")/common.inc"

! grep -aqE '__(asan|tsan)_init' "${GOPHERCAP:?}" || skip "sanitizers need more stack, and descriptors of their own"
mkdir d
for name in a b c; do capture d/$name.pcap; done
tar -czf t.tar.gz d
exits 0 map d --dump-json d.json
exits 0 replay --dump-json d.json --out-file sent.pcap
nested=$(printf '[%.0s' {1..20000})
printf 'map: %s\n' "$nested" >deep.yml
printf '{"files": %s' "$nested" >deep.json
commands=("map d --file-workers 4 --dump-json out/f" "map t.tar.gz --dump-json out/f" "replay --dump-json d.json --discard"
  "replay --dump-json d.json --discard --preload" "replay --dump-json d.json --out-file out/f --report out/r"
  "replay --dump-json d.json --dryrun" "verify --dump-json d.json sent.pcap"
  "tarExtract --in-tarball t.tar.gz --out-dir out/d --out-gzip --map out/f")
# limited LIMIT ARGUMENT...: e.g. with "-s 256"
limited() {
  (
    # shellcheck disable=SC2086
    ulimit $1
    shift
    exec "$GOPHERCAP" "$@"
  )
}
for words in "${commands[@]}"; do
  rm -rf out
  mkdir out
  # shellcheck disable=SC2086
  limited "-s 256" $words >stdout 2>err || { cat err >&2 && exit 1; }
done
for words in "--config deep.yml map d --dump-json -" "replay --dump-json deep.json --discard"; do
  status=0
  # shellcheck disable=SC2086
  limited "-s 256" $words >stdout 2>err || status=$?
  [[ $status -eq 1 || $status -eq 2 ]]
done
for words in "${commands[@]}"; do
  for most in {4..16}; do
    rm -rf out
    mkdir out
    status=0
    # shellcheck disable=SC2086
    limited "-n $most" $words >stdout 2>err </dev/null || status=$?
    [[ $status -ne 0 ]] || break
    [[ $status -ne 127 ]] || continue  # not begun: others are open here already
    [[ $status -eq 1 ]] || { echo "ulimit -n $most, $words: exit status $status" >&2 && cat err >&2 && exit 1; }
    has err "Too many open files"
    not grep -qi damage err
    [[ -z $(find out -name '.*') ]]
  done
  [[ $status -eq 0 ]]
done
