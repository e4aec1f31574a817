# A replay to an interface is paused before it begins, stepped, made faster, and resumed.
. "$(dirname "$0")/common.inc"

lay_wire
# It would last half an hour. At a thousand times the speed it lasts two seconds.
make_set --packets 1800 --rate 1 --pattern constant --sequence
"$GOPHERCAP" map "$work/set" --dump-json "$work/set.json" >/dev/null
# The dump comes through a FIFO, so the replay waits for it, and commands come before the first packet.
mkfifo "$work/dump"
"$GOPHERCAP" replay --dump-json "$work/dump" --out-interface "$near" --report "$work/report.json" \
  --control "$work/c.sock" >"$work/replay.out" 2>"$work/replay.err" &
replay_pid=$!
wait_for "the socket" test -S "$work/c.sock"
ctl() { "$GOPHERCAP" ctl "$work/c.sock" "$@" >"$work/answer.json" || fail "ctl $*"; }
ctl pause
cat "$work/set.json" >"$work/dump"
sent() {
  ctl status
  grep -q "\"packets_sent\":$1," "$work/answer.json"
}
wait_for "the beginning" sent 0
ctl step 7
wait_for "seven packets" sent 7
[[ $(received_by_far_end) == 7 ]] || fail "$(received_by_far_end) packets arrived, not 7"
ctl speed 1000
[[ $(json "$work/answer.json" speed) == 1000.0 ]] || fail "the speed is not 1000"
ctl resume
wait "$replay_pid" || fail "the replay failed"
replay_pid=
report packets.sent 1800 packets.balanced true control.changes.2.command speed control.changes.2.value 1000 \
  lateness.packets 1793
[[ $(received_by_far_end) == 1800 ]] || fail "$(received_by_far_end) packets arrived, not 1800"
[[ ! -e $work/c.sock ]] || fail "the socket is still there"
