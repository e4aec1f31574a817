# replay needs only the dump of `map`, and sends the same packets from it.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 4 --writers 2 --packets 4000 --span 0.2
replay_to_file "$work/set"
"$GOPHERCAP" map --dir-src "$work/set" --dump-json "$work/dump.json" >/dev/null 2>"$work/map.err" || fail "map"
start_receiver
replay 0 --dump-json "$work/dump.json"
stop_receiver

arrived "$work/merged.pcap"
report packets.sent 4000
