#!/usr/bin/env bash
# Ctrl-C and SIGTERM inside a member: complete files stay, nothing is left of the rest, and the shell sees the signal.
. "$(dirname "$0")/common.inc"

mkdir set
head -c 100000 /dev/urandom >set/a.pcap
head -c 5000000 /dev/urandom >set/b.pcap
tar -cf set.tar -C set a.pcap b.pcap
mkfifo slow
# one_is_enough SIGNAL: one signal ends it although the pipe is silent.
one_is_enough() {
  kill -s "$1" "$pid"
  ends_by "$1" "$pid"
  kill "$writer" 2>/dev/null || true
  wait "$writer" 2>/dev/null || true
}
for signal in INT TERM; do
  for packing in "" --out-gzip; do
    rm -rf o
    # Most of it, then silence.
    { head -c 4000000 set.tar; exec sleep 30; } >slow &
    writer=$!
    env --default-signal=INT "$GOPHERCAP" tarExtract --in-tarball slow --out-dir o --level fast $packing >out 2>err &
    pid=$!
    for _ in {1..100}; do
      [[ -n $(find o -name '*.part' 2>/dev/null) ]] && break
      sleep 0.1
    done
    one_is_enough "$signal"
    [[ $(cd o && find . -type f) == ./a.pcap* ]]
  done
  # No bytes have come, and none will.
  sleep 30 >slow &
  writer=$!
  env --default-signal=INT "$GOPHERCAP" map - <slow >out 2>err &
  pid=$!
  sleep 0.3
  one_is_enough "$signal"
done
