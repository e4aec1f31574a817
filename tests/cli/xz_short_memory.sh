#!/usr/bin/env bash
# A dictionary that needs more memory than the threads of liblzma may use, but less than the limit, is decoded with any number of
# threads.
. "$(dirname "$0")/common.inc"

command -v xz >/dev/null || skip "no xz"
capture a.pcap && xz -9 -T2 a.pcap  # 65 MiB, whatever the size
for workers in 1 8; do
  for memory in 80M 100M 400M; do
    timeout 60 "$GOPHERCAP" map a.pcap.xz --dump-json dump.json --file-workers "$workers" --memory "$memory" >out 2>err ||
      { cat err; false; }
    has dump.json '"packets": 3'
  done
done
