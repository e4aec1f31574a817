# A second Ctrl-C ends the program at once, whatever it is doing; here it writes its report to a pipe that nobody
# reads.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --packets 30000 --rate 1000 --pattern constant --sequence
mkfifo "$work/report.json"
start_replay "$work/set"
kill -INT "$replay_pid"
sleep 0.5
kill -0 "$replay_pid" 2>/dev/null && kill -INT "$replay_pid"
wait_replay 2
[[ $(json "$work/end.json" signal) == 2 || $(json "$work/end.json" exit) == 130 ]] || fail "did not die of SIGINT"
