# TCP that was captured behind segmentation offload leaves as segments that the interface takes, with the same byte streams and
# right checksums; an MTU below that of the interface is kept too; verify matches what arrives.
. "$(dirname "$0")/common.inc"

command -v tshark >/dev/null || skip "tshark is not installed (./dev setup test installs it)"
here=$(dirname "$0")
read -r packets long < <(python3 "$here/super_packets.py" "$work/super.pcap")

for mtu in 1500 576; do
  if ((mtu == 1500)); then lay_wire 1500; else ip link set dev "$near" mtu 576; fi
  start_receiver
  replay 0 "$work/super.pcap"
  stop_receiver
  report packets.read "$packets" packets.sent "$packets" packets.changed.segmented "$long" max_frame_bytes $((mtu + 14))
  says replay.out "$long as segments"
  python3 "$here/streams.py" "$work/super.pcap" "$work/received.pcap" $((mtu + 18)) || fail "tshark says so"
  "$GOPHERCAP" verify "$work/received.pcap" --report "$work/report.json" --json >"$work/verify.json" 2>"$work/verify.err" ||
    fail "verify: exit status $?"
  [[ $(json "$work/verify.json" packets.lost) == 0 ]] || fail "verify: lost"
  cp "$work/received.pcap" "$work/at$mtu.pcap"
done

# As a file for that MTU has it, and with an MTU that only the user knows.
ip link set dev "$near" mtu 1500
start_receiver
replay 0 --mtu 576 "$work/super.pcap"
stop_receiver
arrived "$work/at576.pcap"
