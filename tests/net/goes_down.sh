# The interface goes down during a replay: it ends soon, with a failure status and a report of what it did.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --packets 30000 --rate 1000 --pattern constant --sequence
start_replay "$work/set"
ip link set dev "$near" down
wait_replay 2

[[ $(json "$work/end.json" exit) == 1 ]] || fail "exit status $(json "$work/end.json" exit), not 1"
says replay.err "error: .*(down|$near)"
report packets.balanced true
report interrupted false
sent=$(json "$work/report.json" packets.sent)
sent_arrived
((sent > 0 && sent < 30000)) || fail "$sent sent"
