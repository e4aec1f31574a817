# Frames that this end accepts and the far end does not: announced before the start if the far end can be queried, counted as
# failed, and all others arrive, by each way to send; also if nothing is known about the far end, or a filter drops one frame.
. "$(dirname "$0")/common.inc"

lay_wire
ip link set dev "$far" mtu 1500
frames=()
# The far end accepts 1518 bytes, with or without a tag.
for bytes in 46 3986 1504 46 1505 1505 46 46; do frames+=("${macs}88b5:$bytes:7"); done
make_pcap "$work/mixed.pcap" 1 "${frames[@]}"
make_pcap "$work/fits.pcap" 1 "${macs}88b5:46:7"
python3 - "$work/mixed.pcap" "$work/fits.pcap" <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
out, at = data[:24], 24
while at < len(data):
    size = struct.unpack_from("<I", data, at + 8)[0]
    if size <= 1518:
        out += data[at : at + 16 + size]
    at += 16 + size
open(sys.argv[2], "wb").write(out)
PYTHON
sent_bytes=$((4 * 60 + 1518))

for way in "packet" "packet --topspeed" "ring --topspeed" "xdp --topspeed" "auto --topspeed"; do
  start_receiver
  # shellcheck disable=SC2086
  replay 3 --tx $way "$work/mixed.pcap"
  stop_receiver
  arrived "$work/fits.pcap"
  report packets.sent 5 packets.failed 3 packets.failed_at_far_end 3 packets.sent_bytes "$sent_bytes" counted_by_interface 5 \
    interface.far_end.mtu_bytes 1500 interface.far_end.name "$far" retries 0
done
says replay.err "warning: 1 to 3 of 8 packets will fail: longer than the 1518 bytes that the far end takes \($far, MTU 1500\)"
says replay.err "hint: ip link set dev $far mtu 3986\$"
says replay.out "failed +3 packets; 3 longer than the far end takes: $far has an MTU of 1500"
"$GOPHERCAP" replay --dryrun --out-interface "$near" "$work/mixed.pcap" >/dev/null 2>"$work/replay.err" || fail "--dryrun"
says replay.err 'warning: 1 to 3 of 8 packets will fail'
# With a queue in between, the kernel would report nothing.
tc qdisc replace dev "$near" root pfifo
replay 3 "$work/mixed.pcap"
report packets.sent 5 packets.failed 3 counted_by_interface 5
tc qdisc del dev "$near" root

# A filter that drops one kind of frame, whatever its length.
if tc qdisc add dev "$near" clsact 2>/dev/null &&
  tc filter add dev "$near" egress protocol 0x88b6 matchall action drop 2>/dev/null; then
  make_pcap "$work/caught.pcap" 1 "${macs}88b5:60" "${macs}88b6:46" "${macs}88b5:46" "${macs}88b5:60"
  replay 3 --tx packet --topspeed "$work/caught.pcap"
  report packets.sent 3 packets.failed 1 packets.failed_at_far_end 0
  says replay.out 'failed +1 packet; the first: .*a frame of 60 bytes was refused again and again, while others passed'
  says replay.out 'retries +[0-9,]+ after a packet was not taken'
  tc qdisc del dev "$near" clsact
fi

# In another network namespace: it can be queried with CAP_NET_ADMIN there; without, the limit is found
# while sending.
unshare -n sleep 600 &
other=$!
trap 'kill -KILL "$other" 2>/dev/null || true; clean_up' EXIT
elsewhere() { [[ $(readlink "/proc/$other/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }
wait_for "the other namespace" elsewhere
ip link set dev "$far" netns "$other"
nsenter -t "$other" -n ip link set dev "$far" mtu 1500 arp off up
wait_for "carrier on $near" carrier "$near"
replay 3 "$work/mixed.pcap"
report packets.sent 5 packets.failed_at_far_end 3 interface.far_end.in_other_namespace true
says replay.err "hint: ip link set dev $far mtu 3986 \(in its network namespace\)"

gophercap=$GOPHERCAP
printf '#!/bin/sh\nexec setpriv --bounding-set=-net_admin --inh-caps=-net_admin "%s" "$@"\n' "$gophercap" >"$work/weak"
chmod +x "$work/weak"
GOPHERCAP=$work/weak
for way in "packet" "ring --topspeed" "xdp --topspeed"; do
  # shellcheck disable=SC2086
  replay 3 --tx $way "$work/mixed.pcap"
  report packets.sent 5 packets.failed 3 packets.failed_at_far_end 0 packets.sent_bytes "$sent_bytes" interface.far_end None \
    counted_by_interface 5
  says replay.out 'failed +3 packets; the first: '
done
