# --topspeed ignores the times, but keeps all packets and their order.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --kind fixed --size 64 --files 8 --writers 8 --packets 200000 --span 60
replay_to_file "$work/set"
start_receiver
replay 0 --topspeed "$work/set"
stop_receiver

arrived "$work/merged.pcap"
report packets.sent 200000
report packets.failed 0
