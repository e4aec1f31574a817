# The disk is full when the report is written: everything was sent, and exit status and message refer to the report.
. "$(dirname "$0")/common.inc"

lay_wire
make_pcap "$work/one.pcap" 1 "${macs}0800:46" "${macs}0800:46"
status=0
"$GOPHERCAP" replay --out-interface "$near" --report /dev/full "$work/one.pcap" >"$work/replay.out" 2>"$work/replay.err" || status=$?
((status == 1)) || fail "exit status $status, not 1"
says replay.err 'error: .*/dev/full.*No space left'
says replay.err 'hint: free some space'
(($(received_by_far_end) == 2)) || fail "not everything was sent"
