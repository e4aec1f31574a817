#!/usr/bin/env bash
# Inputs that would keep the program busy for minutes are limited or refused: a filter of thousands of hosts, a device or a
# decompression bomb as dump, a dump that names kernel files.
. "$(dirname "$0")/common.inc"

capture a.pcap
exits 0 map a.pcap --dump-json one.json
hosts=$(python3 -c 'print(" or ".join(f"host 10.0.{i >> 8}.{i & 255}" for i in range(5000)))')
exits 0 replay a.pcap --discard --out-bpf "$hosts or ether host 06:07:08:09:0a:0b"
grep -qE 'sent +3' out
exits 0 replay a.pcap --discard --out-bpf "not (${hosts%% or host 10.0.4.0*})"
grep -qE 'sent +3' out
exits 2 replay a.pcap --discard --out-bpf "tcp and ($hosts)"
has err "can be compiled"
[[ $(wc -c <err) -lt 1000 ]]

for command in "replay --discard" "verify a.pcap"; do
  # shellcheck disable=SC2086
  exits 1 $command --dump-json /dev/zero
  has err "/dev/zero: is a device, not a dump"
done
# A gigabyte of zeros compressed to a kilobyte.
head -c 1G /dev/zero | zstd -q >zeros.json
exits 1 replay --discard --dump-json zeros.json
has err "zeros.json: not a dump: expected an object"
exits 2 map a.pcap --config /dev/zero
has err "too large to be a configuration"

# /proc/kmsg is treated the same way, but only root may open it.
sed 's|"a.pcap"|"/proc/version"|' one.json >kernel.json
exits 4 replay --discard --dump-json kernel.json
has err "something that the kernel tells"
exits 1 map /proc/version --dump-json d.json
grep -q "something that the kernel tells" out err
