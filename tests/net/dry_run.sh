# --dryrun predicts correctly what is sent, what is too long or not Ethernet, and how long it takes; it sends
# nothing and needs no privilege.
. "$(dirname "$0")/common.inc"

lay_wire 1000
make_pcap "$work/long.pcap" 1 "${macs}0800:1000" "${macs}0800:1001" "${macs}0800:500" "${macs}0800:1500" "${macs}8100:1003" "${macs}8100:1006"
make_pcap "$work/raw.pcap" 101 4500:58 4500:58
plan=$(setpriv --reuid 65534 --clear-groups "$GOPHERCAP" replay --dryrun --json --out-interface "$near" "$work/long.pcap") ||
  plan=$("$GOPHERCAP" replay --dryrun --json --out-interface "$near" "$work/long.pcap") # nobody may not read here
"$GOPHERCAP" replay --dryrun --json --to-ethernet off --out-interface "$near" "$work/long.pcap" "$work/raw.pcap" >"$work/plan.json" 2>"$work/plan.err"
(($(received_by_far_end) == 0)) || fail "a dry run has sent"
[[ -n $plan ]] || fail "no plan"

replay 3 --to-ethernet off "$work/long.pcap" "$work/raw.pcap"
for key in skipped.too_long skipped.link_type read; do
  report "packets.$key" "$(json "$work/plan.json" "packets.$key")"
done
report packets.sent "$(json "$work/plan.json" packets.to_send)"
report planned_duration_ns "$(json "$work/plan.json" duration_ns)"
report packets.skipped.too_long 3
says replay.err 'warning: 2 of 8 packets will be skipped: not Ethernet'
says replay.err 'warning: .* of 8 packets are longer than the 1014 bytes'
