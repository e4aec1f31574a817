# A full queueing discipline: rejected packets are retried, for a few seconds at most, and nothing is lost without a message.
. "$(dirname "$0")/common.inc"

lay_wire
# A queue of 10 packets, 1600 packets per second.
tc qdisc replace dev "$near" root tbf rate 20mbit burst 3200 limit 16000 2>/dev/null || skip "no sch_tbf in this kernel"
"$BENCH_DIR/generate" --out "$work/set" --kind fixed --size 1514 --packets 1500 --rate 100000 >/dev/null
replay_to_file "$work/set"
start_receiver
# On one CPU, like the timer of the queue: frames that leave from two CPUs arrive through two queues of the kernel, which it
# empties at the same time.
all_cpus=$(taskset -cp $$ | sed 's/.*: //')
taskset -cp "${all_cpus%%[-,]*}" $$ >/dev/null
replay 0 --topspeed "$work/set" # not past it, though AF_XDP is what auto takes for such frames
taskset -cp "$all_cpus" $$ >/dev/null
stop_receiver
arrived "$work/merged.pcap"
report packets.sent 1500 counted_by_interface 1500 interface.queueing tbf interface.qdisc_bypass false
(($(json "$work/report.json" retries) > 0)) || fail "the queue was never full"
says replay.out '^retries +'

# A packet that was taken out of the ring and then rejected is lost, which is reported.
status=0
"$GOPHERCAP" replay --out-interface "$near" --report "$work/report.json" --tx ring --topspeed "$work/set" \
  >"$work/replay.out" 2>"$work/replay.err" || status=$?
counted=$(json "$work/report.json" counted_by_interface)
if ((counted < $(json "$work/report.json" packets.sent))); then
  ((status == 3)) || fail "exit status $status, not 3"
  says replay.err 'error: the interface counted .* lost after they were sent'
else
  ((status == 0)) || fail "exit status $status with nothing lost"
fi

# Bypassing the queue avoids the delay.
replay 0 --topspeed --qdisc-bypass on "$work/set"
report packets.sent 1500 retries 0 interface.qdisc_bypass true
replay 0 --topspeed --tx xdp --qdisc-bypass off "$work/set"
says replay.err 'warning: .*AF_XDP passes by the queueing discipline'
report interface.qdisc_bypass true

# A queue that accepts nothing any more: the run ends after 2.5 s. One packet takes it six seconds.
tc qdisc replace dev "$near" root tbf rate 2kbit burst 1600 limit 16000
begun=$SECONDS
replay 1 --topspeed "$work/set"
((SECONDS - begun <= 6)) || fail "it took $((SECONDS - begun)) s"
says replay.err "error: interface $near .*: No buffer space available"
report packets.balanced true
