#!/usr/bin/env bash
# Ctrl-C and SIGTERM in the middle of a member: what is complete stays, of the rest nothing, and the shell sees the signal.
. "$(dirname "$0")/common.inc"

mkdir set
head -c 100000 /dev/urandom >set/a.pcap
head -c 5000000 /dev/urandom >set/b.pcap
tar -cf set.tar -C set a.pcap b.pcap
mkfifo slow
for signal in INT TERM; do
  for packing in "" --out-gzip; do
    rm -rf o
    # Most of it, then silence.
    { head -c 4000000 set.tar; sleep 30; } >slow &
    writer=$!
    env --default-signal=INT "$GOPHERCAP" tarExtract --in-tarball slow --out-dir o --level fast $packing >out 2>err &
    pid=$!
    for _ in {1..100}; do
      [[ -n $(find o -name '*.part' 2>/dev/null) ]] && break
      sleep 0.1
    done
    kill -s "$signal" "$pid"
    for _ in {1..100}; do
      [[ -z $(find o -name '*.part') ]] && break
      sleep 0.1
    done
    [[ $(cd o && find . -type f) == ./a.pcap* ]]
    # The read that waits for the pipe may take a second one.
    sleep 0.5
    kill -s "$signal" "$pid" 2>/dev/null || true
    status=0
    wait "$pid" || status=$?
    kill "$writer" 2>/dev/null || true
    wait "$writer" 2>/dev/null || true
    [[ $status -eq $((128 + $(kill -l "$signal"))) ]]
  done
done
