# --link-timeout: an interface that goes down for a while costs only the packets of that time, not the run or its
# schedule.
. "$(dirname "$0")/common.inc"

make_set --packets 4000 --rate 1000 --pattern constant --sequence

# First the near end goes down, then it loses its carrier because the far end is down.
for end in "$near" "$far"; do
  lay_wire
  start_replay --link-timeout 10s "$work/set"
  sleep 1
  ip link set dev "$end" down
  sleep 0.7
  ip link set dev "$end" up
  wait_replay 20
  [[ $(json "$work/end.json" exit) == 3 ]] || fail "exit status $(json "$work/end.json" exit), not 3"
  says replay.err 'warning: [0-9,]+ of 4,000 packets not sent: the interface was down when they were due'
  says replay.out '^missed +[0-9,]+ packets due while the interface was down'
  says replay.out '^outages +1 time, [0-9.]+m?s in all'
  python3 - "$work/report.json" <<'PYTHON' || fail "$end down: the report is wrong"
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
packets = report["packets"]
print({key: packets[key] for key in ("read", "sent", "missed_link_down")}, report["outages"])
if packets["read"] != 4000 or packets["sent"] + packets["missed_link_down"] != 4000:
    sys.exit("not every packet was sent or missed")
if not 300 <= packets["missed_link_down"] <= 2500:
    sys.exit("0.7 s of 1000 packets a second are something else")
if report["outages"]["count"] != 1 or not 0.4e9 <= report["outages"]["total_ns"] <= 2.5e9:
    sys.exit(f"outages: {report['outages']}")
if abs(report["send_duration_ns"] - report["planned_duration_ns"]) > 1e9:
    sys.exit(f"took {report['send_duration_ns']} ns, planned {report['planned_duration_ns']}")
PYTHON
  sent_arrived
  ip link del "$near"
done

# It stays down for longer than the timeout.
lay_wire
start_replay --link-timeout 300ms "$work/set"
ip link set dev "$near" down
wait_replay 3
[[ $(json "$work/end.json" exit) == 1 ]] || fail "exit status $(json "$work/end.json" exit), not 1"
says replay.err "error: interface $near .*: Network is down for 300ms"
report packets.balanced true interrupted false outages.count 1
sent_arrived
