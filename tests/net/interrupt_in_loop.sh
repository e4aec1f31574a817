# Ctrl-C during endless loops: completed loops are counted and all packets accounted for, within two seconds.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 2 --writers 2 --packets 400 --span 0.2
start_replay --loop-infinite --loop-gap 10ms "$work/set"
sleep 1
kill -INT "$replay_pid"
wait_replay 2
[[ $(json "$work/end.json" signal) == 2 ]] || fail "did not die by SIGINT"
report interrupted true
report packets.balanced true
report packets.sent "$(received_by_far_end)"
loops=$(json "$work/report.json" loops_done)
((loops >= 2)) || fail "$loops loops in a second"
