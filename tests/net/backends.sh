# Every way to send: all packets arrive byte for byte and in order, paced and at full speed, and the kernel counts as many as we
# do.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --files 3 --writers 3 --packets 5000 --span 0.5
replay_to_file "$work/set"
"$BENCH_DIR/generate" --out "$work/long" --kind fixed --size 3000 --packets 3000 --rate 10000 >/dev/null

# arrives BACKEND [ARGUMENT...]: sends by that backend; everything must arrive without complaints.
arrives() {
  local backend=$1
  shift
  start_receiver
  replay 0 --tx "$backend" "$@"
  stop_receiver
  arrived "$work/merged.pcap"
  python3 - "$work/report.json" "$work/compare.json" "$backend" <<'PYTHON' || fail "$backend $*: the report is wrong"
import json, sys
report, compare = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
interface, sent = report["interface"], report["packets"]["sent"]
counted = interface["counters_after"]["tx_packets"] - interface["counters_before"]["tx_packets"]
if (interface["backend"], interface["notes"]) != (sys.argv[3], []):
    sys.exit(f"sent by {interface['backend']}: {interface['notes']}")
if not sent == counted == report["counted_by_interface"] == compare["received"]:
    sys.exit(f"{sent} sent, {counted} counted, {compare['received']} arrived")
# Checks that there is a pace, not how precise it is; bench measures that.
if report["pacing"] != "top speed" and (
        report["lateness"]["packets"] != sent or report["send_duration_ns"] < 0.9 * report["planned_duration_ns"]):
    sys.exit(f"sent in {report['send_duration_ns']} ns, not in {report['planned_duration_ns']}")
PYTHON
}

for way in packet ring xdp "packet --qdisc-bypass on" "ring --qdisc-bypass on"; do
  # shellcheck disable=SC2086
  arrives $way --topspeed "$work/set"
  # shellcheck disable=SC2086
  arrives $way "$work/set"
  if [[ $way == *bypass* ]]; then report interface.qdisc_bypass true; fi
done

# Loops of frames that need the larger chunk and a larger slot.
replay_to_file --loop-count 2 "$work/long"
for way in ring xdp; do arrives $way --loop-count 2 --topspeed "$work/long"; done

# Just below the size of a chunk: no frame is left out.
"$BENCH_DIR/generate" --out "$work/edge" --kind fixed --size 2047 --packets 2000 --rate 10000 >/dev/null
replay_to_file "$work/edge"
arrives xdp "$work/edge"

# 5000 bytes exceed a chunk of AF_XDP, so sendmmsg is used, with a note.
make_pcap "$work/large.pcap" 1 "${macs}88b5:60" "${macs}88b5:4986" "${macs}88b5:60"
replay_to_file "$work/large.pcap"
start_receiver
replay 0 --tx xdp "$work/large.pcap"
stop_receiver
arrived "$work/merged.pcap"
report interface.backend packet
says replay.err 'warning: --tx: .*AF_XDP.* 5000; sending by sendmmsg instead'
[[ $(json "$work/report.json" interface.notes.0) == *5000* ]] || fail "the report does not say why"

# A second thread needs a second queue, which this end of the wire does not have.
ip link set dev "$near" down
ip link del "$near"
ip link add "$near" mtu 9000 numtxqueues 1 numrxqueues 1 type veth peer name "$far" mtu 9000 numtxqueues 1 numrxqueues 1
for end in "$near" "$far"; do ip link set dev "$end" arp off up; done
for end in "$near" "$far"; do wait_for "carrier on $end" carrier "$end"; done
start_receiver
replay 0 --tx xdp --tx-threads 2 "$work/set"
stop_receiver
report interface.backend packet interface.tx_threads 2 packets.sent 5000
[[ $(json "$work/receiver.json" packets) == 5000 ]] || fail "not all arrived"
says replay.err 'warning: --tx: .*AF_XDP.*; sending by sendmmsg instead'
