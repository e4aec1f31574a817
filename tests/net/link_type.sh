# Packets that are not Ethernet are skipped with a reason; those of other files in the set are sent.
. "$(dirname "$0")/common.inc"

lay_wire
mkdir "$work/set"
make_pcap "$work/set/ethernet.pcap" 1 "${macs}0800:46" "${macs}0800:60"
make_pcap "$work/set/raw_ip.pcap" 101 "4500:60" "4500:70" "4500:80"
start_receiver
replay 3 "$work/set"
stop_receiver

arrived "$work/set/ethernet.pcap"
report packets.read 5
report packets.sent 2
report packets.skipped.link_type 3
report packets.balanced true
says replay.out '3 not Ethernet'
says replay.err '3 of 5 packets not sent'
