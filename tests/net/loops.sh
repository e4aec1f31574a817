# --loop-count 3 sends the whole set three times, each time in the same order.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 3 --writers 3 --packets 3000 --span 0.2
replay_to_file --loop-count 3 "$work/set"
start_receiver
replay 0 --loop-count 3 "$work/set"
stop_receiver

arrived "$work/merged.pcap"
report packets.sent 9000
report loops_done 3
