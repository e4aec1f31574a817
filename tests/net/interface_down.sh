# An interface that is down is refused before the first packet, with a message that says what to do.
. "$(dirname "$0")/common.inc"

lay_wire
ip link set dev "$near" down
make_pcap "$work/one.pcap" 1 "${macs}0800:46"
replay 1 "$work/one.pcap"
says replay.err "error: interface $near: .*down"
says replay.err "hint: .*ip link set dev $near up"
