# Ctrl-C during a replay: it stops soon, prints the summary, writes the report and exits by the
# signal.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --packets 30000 --rate 1000 --pattern constant --sequence
start_replay "$work/set"
kill -INT "$replay_pid"
wait_replay 2

[[ $(json "$work/end.json" signal) == 2 ]] || fail "did not die by SIGINT"
report interrupted true
report packets.balanced true
sent=$(json "$work/report.json" packets.sent)
[[ $sent == "$(received_by_far_end)" ]] || fail "$sent reported, $(received_by_far_end) arrived"
((sent > 0 && sent < 30000)) || fail "$sent sent"
says replay.out '^ *sent +'
says replay.err 'interrupted'
