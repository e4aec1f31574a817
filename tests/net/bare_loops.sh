# The reference loops of bench deliver what they count: each loop, with small and large frames, and more frames than its ring
# has slots.
. "$(dirname "$0")/common.inc"

lay_wire
# bare_loop COUNT [ARGUMENT...]: checks what the loop has sent by its own count, and what the other end
# has received.
bare_loop() {
  local want=$1 before
  shift
  before=$(far_end_has)
  "$BENCH_DIR/tx_loop" --interface "$near" "$@" >"$work/loop.json" 2>"$work/loop.err" || fail "tx_loop $*"
  grep -q "\"packets\": $want," "$work/loop.json" || fail "tx_loop $*: not $want packets sent"
  wait_for "the packets of tx_loop $*" has_come $((before + want))
}
# Polled often, so it does not start Python.
far_end_has() { ip -s -j link show dev "$far" | sed -E 's/.*"rx":\{"bytes":[0-9]+,"packets":([0-9]+),.*/\1/'; }
has_come() { (($(far_end_has) == $1)); }

for size in 64 1514 4000; do
  "$BENCH_DIR/generate" --out "$work/$size" --kind fixed --size $size --packets 5000 --span 1 >/dev/null
  for mode in mmsg ring xsk; do
    bare_loop 15000 --mode $mode --loops 3 "$work/$size"/*.pcap
    bare_loop 5000 --mode $mode --batch 7 "$work/$size"/*.pcap
  done
  for mode in mmsg ring; do bare_loop 5000 --mode $mode --threads 2 "$work/$size"/*.pcap; done
done

# The frames sent are those of the file.
for mode in mmsg ring xsk; do
  start_receiver
  bare_loop 5000 --mode $mode "$work"/1514/*.pcap
  stop_receiver
  arrived "$work"/1514/*.pcap
done

# 5000 bytes exceed a chunk of AF_XDP; two threads would need two queues.
make_pcap "$work/large.pcap" 1 "${macs}88b5:5000"
for wrong in "--mode xsk" "--mode xsk --threads 2"; do
  ! "$BENCH_DIR/tx_loop" --interface "$near" $wrong "$work/large.pcap" 2>"$work/loop.err" || fail "tx_loop took $wrong"
done
