#!/usr/bin/env bash
# The same set gives the same bytes: with one thread and with several, twice in a row, with little memory and with much; the
# dump that it is read from gives the same too.
. "$(dirname "$0")/common.inc"

python3 - <<'PYTHON'
import os, random, struct
random.seed(7)
os.mkdir("set")
for f in range(40):
    t = random.randrange(0, 5_000_000)
    with open(f"set/{f:02}.pcap", "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n in range(random.randrange(1, 600)):
            t += random.choice((0, 0, 1, 50, 4000))
            stamp = t - (random.randrange(1, 9000) if random.random() < 0.02 else 0)
            size = random.choice((60, 200, 1500))
            stamp += 1_600_000_000_000_000
            out.write(struct.pack("<IIII", stamp // 10**6, stamp % 10**6, size, size))
            out.write(struct.pack("<II", f, n) + bytes(size - 8))
PYTHON
exits 0 map --dir-src set --dump-json d.json
for options in "" "--reorder" "--wait-disable --time-modifier 1/3" "--time-from 2020-09-13T12:26:41Z --loop-count 2"; do
  # shellcheck disable=SC2086
  exits 0 replay --dump-json d.json --out-file first.pcap $options
  for memory in 128M 8M 1G; do
    # shellcheck disable=SC2086
    exits 0 replay --dump-json d.json --out-file again.pcap --memory $memory $options
    cmp first.pcap again.pcap
  done
  # shellcheck disable=SC2086
  exits 0 replay set --file-workers 1 --out-file again.pcap $options
  cmp first.pcap again.pcap
  if [[ $(nproc) -gt 1 ]]; then
    # shellcheck disable=SC2086
    taskset -c 0 "$GOPHERCAP" replay --dump-json d.json --out-file again.pcap $options >out 2>err
    cmp first.pcap again.pcap
  fi
done
