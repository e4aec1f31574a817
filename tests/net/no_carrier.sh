# The far end is down, so the kernel would accept every frame and drop it. Refused before the first packet, also by
# --dryrun.
. "$(dirname "$0")/common.inc"

lay_wire
make_pcap "$work/one.pcap" 1 "${macs}0800:46"
ip link set dev "$far" down
no_carrier() { ! carrier "$near"; }
wait_for "the loss of the carrier" no_carrier
replay 1 "$work/one.pcap"
says replay.err "error: interface $near: has no carrier"
says replay.err "hint: .*ip link show dev $near"
[[ ! -e $work/report.json ]] || fail "a report of nothing"
replay 1 --dryrun "$work/one.pcap"
says replay.err "error: interface $near: has no carrier"
says replay.out 'to send +1 packet$'
