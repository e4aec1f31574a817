# SIGUSR1 during a replay prints one line of progress, and the replay continues.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --packets 3000 --rate 1000 --pattern constant --sequence
start_replay --quiet "$work/set"
kill -USR1 "$replay_pid"
wait_replay 20
[[ $(json "$work/end.json" exit) == 0 ]] || fail "exit status $(json "$work/end.json" exit), not 0"
says replay.err '^replay at 20[0-9-]+ .*packets/s'
report packets.sent 3000
