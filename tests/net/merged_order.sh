# Every packet of overlapping files arrives once, byte for byte, in the order of the merged schedule.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 6 --writers 3 --packets 20000 --span 1
replay_to_file "$work/set"
start_receiver
replay 0 "$work/set"
stop_receiver

arrived "$work/merged.pcap"
[[ $(json "$work/compare.json" received) == 20000 ]] || fail "not all packets"
report packets.sent 20000
report packets.balanced true
