# The three profiles, a start by the clock, a rate: all packets arrive in order, the kernel has counted as many as we did, and
# what the system does not grant causes a warning but no failure.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 3 --writers 3 --packets 3000 --span 0.4
replay_to_file "$work/set"
for pacing in eco balanced exact; do
  start_receiver
  before=$(received_by_far_end)
  replay 0 --pacing "$pacing" "$work/set"
  stop_receiver
  arrived "$work/merged.pcap"
  report counted_by_interface 3000
  (($(received_by_far_end) - before == 3000)) || fail "$pacing: lost on the wire"
done

# Without the privilege for real-time priority, exact still works as well as possible.
"$GOPHERCAP" map --dir-src "$work/set" --dump-json "$work/dump.json" --quiet >/dev/null
status=0
setpriv --bounding-set=-sys_nice,-ipc_lock --inh-caps=-sys_nice,-ipc_lock prlimit --rtprio=0 --memlock=65536 \
  "$GOPHERCAP" replay --dump-json "$work/dump.json" --out-interface "$near" --pacing exact --report "$work/report.json" \
  >"$work/replay.out" 2>"$work/replay.err" || status=$?
((status == 0)) || fail "exit status $status, not 0"
says replay.err 'warning: --pacing exact: not granted: real-time priority: Operation not permitted'
report packets.sent 3000

at=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%S.%NZ)
replay 0 --start-at "$at" --pps 30000 "$work/set"
started=$(json "$work/report.json" started)
python3 - "$at" "$started" <<'PYTHON' || fail "started at $started, not at $at"
import datetime, sys
read = lambda text: datetime.datetime.fromisoformat(text[:26].rstrip("Z").ljust(26, "0"))
assert -0.001 < (read(sys.argv[2]) - read(sys.argv[1])).total_seconds() < 5  # a busy machine may be late
PYTHON
report packets.sent 3000
report pacing '30000 packets/s'
