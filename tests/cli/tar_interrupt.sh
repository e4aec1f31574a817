#!/usr/bin/env bash
# Ctrl-C and SIGTERM in the middle of a member: what is complete stays, of the rest nothing, and the shell sees the signal.
. "$(dirname "$0")/common.inc"

mkdir set
head -c 100000 /dev/urandom >set/a.pcap
head -c 5000000 /dev/urandom >set/b.pcap
tar -cf set.tar -C set a.pcap b.pcap
mkfifo slow
# ends_by SIGNAL: one is enough, though the pipe is silent.
ends_by() {
  for _ in {1..100}; do
    [[ -d /proc/$pid ]] && ! grep -q '^State:.*Z' "/proc/$pid/status" || break
    sleep 0.1
  done
  # Alive it would fail the test below with a status of its own.
  kill -s KILL "$pid" 2>/dev/null || true
  local status=0
  wait "$pid" || status=$?
  kill "$writer" 2>/dev/null || true
  wait "$writer" 2>/dev/null || true
  [[ $status -eq $((128 + $(kill -l "$1"))) ]]
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
    kill -s "$signal" "$pid"
    ends_by "$signal"
    [[ $(cd o && find . -type f) == ./a.pcap* ]]
  done
  # Nothing has come yet, and nothing may ever come.
  sleep 30 >slow &
  writer=$!
  env --default-signal=INT "$GOPHERCAP" map - <slow >out 2>err &
  pid=$!
  sleep 0.3
  kill -s "$signal" "$pid"
  ends_by "$signal"
done
