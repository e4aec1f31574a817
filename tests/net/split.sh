# Two interfaces: one gets what clients send, the other what servers send, in one order across both; or each gets the packets of its
# pairs of hosts. tshark says who the client of a connection is.
. "$(dirname "$0")/common.inc"

here=$(dirname "$0")
check() { python3 "$here/split_check.py" "$@" || fail "$*"; }
other_near=gcm$$ other_far=gcg$$

# receive [MIB]: both far ends, as left.pcap and right.pcap, each with so large a ring.
receive() {
  local side mib=${1:-64}
  pids=()
  for side in "left $far" "right $other_far"; do
    read -r name interface <<<"$side"
    : >"$work/$name.err"
    "$BENCH_DIR/veth_receiver" --interface "$interface" --ring-mib "$mib" --out "$work/$name.pcap" >"$work/$name.json" 2>"$work/$name.err" &
    pids+=($!)
    wait_for "the receiver of $interface" grep -qx ready "$work/$name.err"
  done
  receiver_pid=${pids[*]}
}
stop_both() {
  kill -TERM "${pids[@]}"
  wait "${pids[@]}" || fail "a receiver failed"
  receiver_pid=
  for name in left right; do
    [[ $(json "$work/$name.json" ring_drops) == 0 ]] || fail "the receiver was too slow, so this says nothing"
  done
}
# send STATUS OUT [ARGUMENT...]
send() {
  local want=$1 out=$2 status=0
  shift 2
  rm -f "$work/report.json"
  "$GOPHERCAP" replay --out "$out" --report "$work/report.json" "$@" >"$work/replay.out" 2>"$work/replay.err" || status=$?
  ((status == want)) || fail "--out $out: exit status $status, not $want"
}
# The interfaces together were sent what the report counts, and the kernel agrees.
sums() {
  report packets.balanced true
  python3 - "$work/report.json" "$(json "$work/left.json" packets)" "$(json "$work/right.json" packets)" <<'PYTHON' || fail "the sums differ"
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
frames = [interface["frames_sent"] for interface in report["interfaces"]]
assert frames == [int(sys.argv[2]), int(sys.argv[3])], (frames, sys.argv[2:])
packets = report["packets"]
assert sum(frames) == packets.get("frames_sent", packets["sent"]) == report["counted_by_interface"] and all(frames), frames
assert sum(interface["sent_bytes"] for interface in report["interfaces"]) == report["packets"]["sent_bytes"]
PYTHON
}

lay_wire 9000
ip link add "$other_near" mtu 9000 type veth peer name "$other_far" mtu 9000
for end in "$other_near" "$other_far"; do ip link set dev "$end" arp off up; done
for end in "$other_near" "$other_far"; do wait_for "carrier on $end" carrier "$end"; done
both=$near,$other_near

mkdir "$work/set"
check make "$work/set/made.pcap"
"$GOPHERCAP" map "$work/set" --dump-json "$work/set.json" --quiet >/dev/null
"$GOPHERCAP" replay --dryrun --json --out "$both" "$work/set" >"$work/plan.json" || fail "--dryrun"
for options in '' '--topspeed --loop-count 2'; do
  replay_to_file $options "$work/set"
  receive
  send 0 "$both" $options "$work/set"
  stop_both
  sums
  report interfaces.0.name "$near" interfaces.0.side client interfaces.1.side server split.rule auto split.connections_learned 16
  check connections "$work/merged.pcap" "$work/left.pcap" "$work/right.pcap" 16
  check order "$work/merged.pcap" "$work/left.pcap" "$work/right.pcap"
  [[ $options ]] || {
    for i in 0 1; do
      [[ $(json "$work/plan.json" interfaces.$i.frames_to_send) == $(json "$work/report.json" interfaces.$i.frames_sent) ]] ||
        fail "--dryrun promises something else"
    done
    "$GOPHERCAP" verify "$work/left.pcap" "$work/right.pcap" --dump-json "$work/set.json" --report "$work/report.json" --json \
      >"$work/verify.json" 2>"$work/verify.err" || fail "verify over both captures"
    [[ $(json "$work/verify.json" packets.arrived) == $(json "$work/report.json" packets.sent) ]] || fail "verify misses packets"
    [[ $(json "$work/verify.json" packets.reordered) == 0 ]] || fail "verify says that the order differs"
    says replay.out "interface +$near: .*clients"
  }
done
if command -v tshark >/dev/null; then
  tshark -n -r "$work/merged.pcap" -Y 'tcp.flags.syn == 1 && tcp.flags.ack == 0' -T fields -e ip.src -e tcp.srcport -e ip.dst \
    -e tcp.dstport 2>/dev/null >"$work/syns"
  check tshark "$work/left.pcap" "$work/right.pcap" <"$work/syns"
fi

# Who is a client can be said: all of 10.0.0.9 come to the left.
receive
send 0 "$both" --topspeed --split client-net=10.0.0.9 "$work/set"
stop_both
sums
python3 - "$here" "$work/left.pcap" "$work/right.pcap" <<'PYTHON' || fail "--split client-net"
import sys
sys.path.insert(0, sys.argv[1])
from split_check import network, read
for path, last in zip(sys.argv[2:], (9, 1)):
    assert {network(frame)[0][3] for _, frame in read(path) if network(frame)} == {last}, path
PYTHON

# Real traffic: no connection whose SYN is known is split wrongly.
if [[ -d ${GOPHERCAP_CORPUS:-} ]]; then
  "$GOPHERCAP" map "$GOPHERCAP_CORPUS" --dump-json "$work/corpus.json" --quiet >/dev/null 2>&1 || true
  "$GOPHERCAP" replay --dump-json "$work/corpus.json" --out-file "$work/corpus.pcap" --out-format pcap --to-ethernet on --mtu 9000 \
    --quiet >/dev/null 2>"$work/merged.err" || (($? == 3)) || fail "the corpus in one file"
  receive 128
  send 3 "$both" --mbps 200 --dump-json "$work/corpus.json" # at top speed receivers on a busy machine are too slow
  stop_both
  sums
  check connections "$work/corpus.pcap" "$work/left.pcap" "$work/right.pcap" 20
fi

# Several interfaces without sides: each pair of hosts has one of them.
"$BENCH_DIR/generate" --out "$work/hosts" --files 4 --writers 2 --packets 4000 --span 0.5 >/dev/null
replay_to_file "$work/hosts"
for threads in 1 2; do
  receive
  send 0 "$near+$other_near" --topspeed --tx ring --tx-threads $threads "$work/hosts"
  stop_both
  sums
  report interfaces.0.tx_threads $threads interfaces.1.tx_threads $threads packets.sent 4000
  check pairs "$work/left.pcap" "$work/right.pcap"
done
"$GOPHERCAP" replay --dryrun --json --out "$near+$other_near" "$work/hosts" >"$work/plan.json" || fail "--dryrun"
[[ $(json "$work/plan.json" interfaces.1.frames_to_send) == $(json "$work/report.json" interfaces.1.frames_sent) ]] ||
  fail "--dryrun promises something else"

# The smaller MTU counts for both, and either link can go down.
ip link set dev "$other_near" mtu 1000
send 0 "$near+$other_near" --topspeed --oversize skip "$work/hosts"
report max_frame_bytes 1014
ip link set dev "$other_near" down
send 1 "$both" "$work/set"
says replay.err "interface $other_near"
says replay.err "hint: .*ip link set dev $other_near up"
ip link set dev "$other_near" up mtu 9000
wait_for "carrier on $other_near" carrier "$other_near"

# A far end that takes less counts for the frames of its interface only.
ip link set dev "$other_far" mtu 1000
make_pcap "$work/long.pcap" 1 "$macs"0800450005dc0000000040110000"0a0000010a000002"9c4000350000:1480:0
send 0 "$both" --topspeed "$work/long.pcap"
report packets.sent 1 interfaces.0.frames_sent 1
says replay.err "those for it will fail"
send 3 "$other_near,$near" --topspeed "$work/long.pcap"
report packets.failed_at_far_end 1
ip link set dev "$other_far" mtu 9000

# A name that contains a separator is one interface if it exists; two names of one interface are not two.
ip link set dev "$other_near" down mtu 9000 name a,b+c up
wait_for "carrier" carrier "a,b+c"
send 0 a,b+c --topspeed "$work/hosts"
report interface.name a,b+c
if ip link property add dev "$near" altname "second$$" 2>/dev/null && "$GOPHERCAP" replay --dryrun --out "second$$" "$work/set" \
  >/dev/null 2>&1; then
  send 2 "$near,second$$" "$work/set"
  says replay.err "$near and second$$ are the same interface"
  ip link set dev a,b+c down name "$other_near" up
  wait_for "carrier on $other_near" carrier "$other_near"
  "$GOPHERCAP" replay --dryrun --out "$other_near+$near+second$$" "$work/set" >/dev/null 2>"$work/replay.err" && fail "--dryrun"
  says replay.err "$near and second$$ are the same interface"
fi
