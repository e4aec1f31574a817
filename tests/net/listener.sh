# A sensor that listens on the sending interface sees every packet, at captured times and at full speed, on a veth and on a tap
# with the kernel's default queueing discipline, also if it starts while packets are being sent. Nothing is bypassed then,
# unless an option says so.
. "$(dirname "$0")/common.inc"

here=$(dirname "$0")
helpers=()
trap 'kill -KILL "${helpers[@]}" 2>/dev/null || true; clean_up' EXIT

# start_sniffer INTERFACE NAME [tap]
start_sniffer() {
  rm -f "$work/$2.ready"
  python3 "$here/sniffer.py" "$1" "$work/$2" "${@:3}" 2>"$work/$2.err" &
  helpers+=($!)
  wait_for "$2" test -e "$work/$2.ready"
}
# stop_sniffer NAME: stops the newest one and sets $seen.
stop_sniffer() {
  kill -TERM "${helpers[-1]}"
  wait "${helpers[-1]}" || fail "$1 failed"
  unset 'helpers[-1]'
  seen=$(<"$work/$1")
}

frames=()
for ((i = 0; i < 50; i++)); do frames+=("${macs}88b5:60"); done
make_pcap "$work/fifty.pcap" 1 "${frames[@]}"

# listened_to INTERFACE ARGUMENT...: with these arguments, a listener sees all 50 packets.
listened_to() {
  start_sniffer "$1" sniffed
  replay 0 --out-interface "$1" "${@:2}" "$work/fifty.pcap"
  stop_sniffer sniffed
  ((seen == 50)) || fail "${*}: the listener saw $seen of 50"
  report packets.sent 50 counted_by_interface 50
}

lay_wire
for pace in "--time-modifier 1" "--topspeed"; do
  # shellcheck disable=SC2086
  listened_to "$near" $pace
  report interface.backend packet interface.qdisc_bypass false
done
report interface.reason "a packet socket listens on $near"
replay 0 --topspeed "$work/fifty.pcap"
report interface.backend xdp interface.qdisc_bypass true interface.reason "no packet socket listens on $near"

# A listener that arrives later sees the rest.
start_replay --topspeed --loop-count 0 "$work/fifty.pcap"
start_sniffer "$near" late
before=$(received_by_far_end)
more_arrived() { (($(received_by_far_end) > before + 20000)); }
wait_for "more packets" more_arrived
sleep 0.7
kill -INT "$replay_pid"
wait_replay 10
stop_sniffer late
((seen > 0)) || fail "a listener that came later saw nothing"
report packets.balanced true packets.failed 0 interface.backend packet interface.qdisc_bypass false
[[ $(json "$work/report.json" counted_by_interface) == "$(json "$work/report.json" packets.sent)" ]] || fail "some were lost"

[[ -c /dev/net/tun ]] || skip "no /dev/net/tun; a veth does it"
tap=gct$$
start_sniffer "$tap" taken tap || skip "no tap here"
ip link set dev "$tap" arp off up
wait_for "carrier on $tap" carrier "$tap"
ip link show dev "$tap" | grep -Eq 'qdisc (mq|fq_codel|pfifo_fast|fq) ' || tc qdisc replace dev "$tap" root pfifo_fast
for pace in "--time-modifier 1" "--topspeed"; do
  # shellcheck disable=SC2086
  listened_to "$tap" $pace
  report interface.backend packet interface.qdisc_bypass false
  # Without listeners, only full speed bypasses the queueing discipline by default.
  # shellcheck disable=SC2086
  replay 0 --out-interface "$tap" $pace "$work/fifty.pcap"
  [[ $pace == --topspeed ]] && past=true || past=false
  report interface.qdisc_bypass "$past"
done
listened_to "$tap" --topspeed --tx ring
# An option can bypass it anyway; the listener sees nothing then.
start_sniffer "$tap" sniffed
replay 0 --out-interface "$tap" --qdisc-bypass on "$work/fifty.pcap"
replay 0 --out-interface "$tap" --tx xdp "$work/fifty.pcap"
report interface.backend xdp interface.reason "asked for"
stop_sniffer sniffed
((seen == 0)) || fail "passed by, and yet $seen were seen"
stop_sniffer taken
((seen == 50 * 7)) || fail "the tap got $seen packets"
