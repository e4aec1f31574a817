# SIGTERM ends a replay like Ctrl-C, also in an endless loop.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --packets 1000 --rate 10000 --pattern poisson --sequence
start_replay --loop-infinite "$work/set"
kill -TERM "$replay_pid"
wait_replay 2

[[ $(json "$work/end.json" signal) == 15 ]] || fail "did not die by SIGTERM"
report interrupted true
report packets.balanced true
