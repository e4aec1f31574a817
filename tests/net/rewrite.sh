#!/usr/bin/env bash
# One replay converts to Ethernet, rewrites and divides super-packets: what arrives is what the recording of the same replay has,
# verify expects it, and the rules in reverse give the segments of the packets as they were captured. Each loop may have its own
# addresses.
. "$(dirname "$0")/common.inc"

lay_wire 1500
mkdir "$work/set"
read -r packets long < <(python3 "$(dirname "$0")/super_packets.py" "$work/set/super.pcap")
# The same packets without their Ethernet headers, at other times.
python3 - "$work/set" <<'PYTHON'
import struct, sys
data = open(f"{sys.argv[1]}/super.pcap", "rb").read()
out, at = data[:20] + struct.pack("<I", 101), 24
while at < len(data):
    seconds, fraction, size, wire = struct.unpack("<IIII", data[at:at + 16])
    frame = data[at + 16:at + 16 + size]
    if frame[12:14] in (b"\x08\0", b"\x86\xdd"):
        out += struct.pack("<IIII", seconds, fraction, size - 14, wire - 14) + frame[14:]
    at += 16 + size
open(f"{sys.argv[1]}/raw.pcap", "wb").write(out)
PYTHON

record() { "$GOPHERCAP" replay --to-ethernet on --mtu 1500 --out-file "$@" >"$work/record.out" 2>"$work/record.err" || fail "replay --out-file"; }
verified() {
  "$GOPHERCAP" verify "$work/received.pcap" --report "$work/report.json" --json >"$work/verify.json" 2>"$work/verify.err" ||
    fail "verify: exit status $?"
  [[ $(json "$work/verify.json" packets.lost) == 0 && $(json "$work/verify.json" packets.unexpected) == 0 ]] || fail "verify: lost"
}

printf 'map-ip: [10.0.0.0/8=172.0.0.0/8, "2001:db8::/32=3fff:1::/32"]\nmap-port: [443=8443]\nvlan: ["push:40,priority=3"]\n' >"$work/there.yaml"
printf 'map-ip: [172.0.0.0/8=10.0.0.0/8, "3fff:1::/32=2001:db8::/32"]\nmap-port: [8443=443]\nvlan: [pop]\n' >"$work/back.yaml"
record "$work/merged.pcap" --rewrite "$work/there.yaml" "$work/set"
start_receiver
replay 0 --rewrite "$work/there.yaml" "$work/set"
stop_receiver
arrived "$work/merged.pcap"
says replay.err 'packets are rewritten: vlan push:40,priority=3, map-ip 10.0.0.0/8=172.0.0.0/8, '
[[ $(json "$work/report.json" packets.changed.segmented) -ge $((long + 1)) ]] || fail "hardly anything is segmented"
report packets.changed.rewritten "$(json "$work/report.json" packets.read)"
verified
record "$work/segments.pcap" "$work/set"
record "$work/back.pcap" --rewrite "$work/back.yaml" "$work/received.pcap"
"$BENCH_DIR/compare" --expected "$work/segments.pcap" --received "$work/back.pcap" >"$work/compare.out" || fail "the reverse is something else"

record "$work/merged.pcap" --unique-ip --loop-count 2 "$work/set"
start_receiver
replay 0 --unique-ip --loop-count 2 "$work/set"
stop_receiver
arrived "$work/merged.pcap"
report packets.changed.rewritten $(($(json "$work/report.json" packets.read) / 2))
verified
