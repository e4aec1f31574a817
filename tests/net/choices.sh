# Expression, window and speed on a wire: what arrives is the same as with --out-file, and takes the requested time.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 3 --writers 3 --packets 6000 --span 3
"$GOPHERCAP" map --dir-src "$work/set" --dump-json "$work/dump.json" --quiet >/dev/null
# The set begins at 08:00:00 and lasts more than three seconds.
choice=(--dump-json "$work/dump.json" --time-from '2020-09-28 08:00:01' --time-to '2020-09-28 08:00:02.5' --out-bpf tcp
  --time-scale-enabled --time-scale-duration 500ms)
replay_to_file "${choice[@]}"
start_receiver
replay 0 "${choice[@]}"
stop_receiver
arrived "$work/merged.pcap"
report planned_duration_ns 500000000
report packets.balanced true
(($(json "$work/report.json" packets.filtered) > 0)) || fail "nothing was filtered"
(($(json "$work/report.json" packets.outside_window) > 0)) || fail "nothing was outside"
