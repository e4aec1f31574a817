#!/usr/bin/env bash
# Ctrl-C and SIGTERM end a run early: the report is finished, no half dump is left, and the shell sees the signal.
. "$(dirname "$0")/common.inc"

mkfifo slow.pcap
for signal in INT TERM; do
  # The FIFO has a writer's end that stays silent: map waits for bytes that never come, but not for a second signal.
  sleep 30 >slow.pcap &
  writer=$!
  # A shell's background jobs ignore SIGINT; env gives the default back.
  env --default-signal=INT "$GOPHERCAP" map slow.pcap --dump-json d.json >out 2>err &
  pid=$!
  sleep 1
  kill -s "$signal" "$pid"
  status=0
  wait "$pid" || status=$?
  kill "$writer"
  wait "$writer" 2>/dev/null || true
  [[ $status -eq $((128 + $(kill -l "$signal"))) ]]
  [[ ! -e d.json ]]
done
