# --preload: once the files are read, they are not needed any more; a set that is too large is refused before the
# first packet.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 3 --writers 3 --packets 2000 --span 0.4
replay_to_file --loop-count 5 "$work/set"
start_receiver
start_replay --preload --loop-count 5 "$work/set"
rm -r "$work/set"
wait_replay 20
stop_receiver
[[ $(json "$work/end.json" exit) == 0 ]] || fail "exit status $(json "$work/end.json" exit), not 0"
arrived "$work/merged.pcap"
report packets.read 10000 packets.sent 10000 packets.balanced true loops_done 5 damaged_files '[]'

"$BENCH_DIR/generate" --out "$work/large" --kind fixed --size 1500 --packets 2000 --span 1 >/dev/null
before=$(received_by_far_end)
replay 1 --preload --memory 1M "$work/large"
says replay.err 'error: the set does not fit into the memory given: [0-9]+ of 2000 packets'
says replay.err 'hint: .*--memory'
report packets.sent 0
[[ $(received_by_far_end) == "$before" ]] || fail "some of it was sent"
replay 0 --preload --memory 16M --topspeed "$work/large"
report packets.sent 2000
