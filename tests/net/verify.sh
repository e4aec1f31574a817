# A capture at the other end of a wire matches what verify expects, with VLAN tags and packets that the wire does not accept.
# The figures match those of bench/compare, which shares no code with it.
. "$(dirname "$0")/common.inc"

# verify STATUS [ARGUMENT...]: verifies what the receiver has captured; result as JSON.
verify() {
  local want=$1 status=0
  shift
  "$GOPHERCAP" verify "$work/received.pcap" --dump-json "$work/set.json" --report "$work/report.json" --json "$@" \
    >"$work/verify.json" 2>"$work/verify.err" || status=$?
  ((status == want)) || fail "verify: exit status $status, not $want"
}
figure() { [[ $(json "$work/verify.json" "$1") == "$2" ]] || fail "verify: $1 is not $2"; }

lay_wire 1500
make_set --files 4 --writers 3 --packets 20000 --span 1
make_pcap "$work/set/tagged.pcap" 1 "${macs}810000640800:1500" "${macs}8100f0010800:46" "${macs}81000064810000050800:46" \
  "${macs}0800:3000" "${macs}0800:20"
"$GOPHERCAP" map "$work/set" --dump-json "$work/set.json" --quiet >/dev/null
start_receiver
replay 3 --dump-json "$work/set.json" --max-gap 10ms
stop_receiver
report packets.skipped.too_long 1
report max_frame_bytes 1514

verify 0 --max-gap 10ms
figure packets.expected 20004
figure packets.arrived 20004
figure packets.unexpected 0
figure mtu 1500
figure lateness.packets 20004

# Compared with bench/compare, for the same schedule in a file.
replay_to_file "$work/set" --max-gap 10ms --out-bpf 'less 2000'
"$BENCH_DIR/compare" --json --started "$(json "$work/report.json" started)" --expected "$work/merged.pcap" \
  --received "$work/received.pcap" >"$work/compare.json" || fail "the yardstick says that not all has arrived"
python3 - "$work/verify.json" "$work/compare.json" <<'PYTHON' || fail "verify and the yardstick differ"
import json, sys
ours, theirs = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
for mine, other in (("offset_error", "lateness_centred_us"), ("gap_error", "gap_error_us"), ("lateness", "lateness_absolute_us")):
    for q, r in (("p50_ns", "p50"), ("p99_ns", "p99"), ("p999_ns", "p99_9"), ("max_ns", "max")):
        a, b = ours[mine][q], theirs[other][r] * 1000
        assert -1 <= a - b <= b / 50 + 1, (mine, q, a, b)  # a histogram's buckets are 1.6 % wide
assert abs(ours["drift_ns"] - theirs["drift_us"] * 1000) <= 1, (ours["drift_ns"], theirs["drift_us"])
assert abs(ours["duration_ns"] - theirs["actual_seconds"] * 1e9) <= 1
PYTHON

# A receiver that drops packets, and one that keeps only their first 96 bytes and no tags.
python3 - "$work/received.pcap" "$work" <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
packets, at = [], 24
while at < len(data):
    stamp, kept, length = data[at:at + 8], *struct.unpack_from("<II", data, at + 8)
    packets.append((stamp, data[at + 16:at + 16 + kept]))
    at += 16 + kept

def write(name, packets, snap):
    with open(f"{sys.argv[2]}/{name}", "wb") as f:
        f.write(data[:24])
        for stamp, frame in packets:
            f.write(stamp + struct.pack("<II", min(snap, len(frame)), len(frame)) + frame[:snap])

write("some.pcap", [p for i, p in enumerate(packets) if i % 100], 262144)
untag = lambda frame: frame[:12] + frame[16:] if frame[12:14] == b"\x81\x00" else frame
write("short.pcap", [(s, untag(f)) for s, f in packets], 96)
PYTHON
cp "$work/some.pcap" "$work/received.pcap"
verify 3 --max-gap 10ms
figure packets.lost 201
figure packets.reordered 0
cp "$work/short.pcap" "$work/received.pcap"
verify 0 --max-gap 10ms
figure packets.arrived 20004
figure packets.vlan_tags_restored 3
figure compared_bytes 96
