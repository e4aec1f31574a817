# A captured frame check sequence (here declared in the file header: bit 26, two 16-bit words) is not sent.
. "$(dirname "$0")/common.inc"

lay_wire
make_pcap "$work/fcs.pcap" 0x24000001 "${macs}0800:50" "${macs}0800:104"
make_pcap "$work/bare.pcap" 1 "${macs}0800:46" "${macs}0800:100"
start_receiver
replay 0 "$work/fcs.pcap"
stop_receiver

arrived "$work/bare.pcap"
report packets.sent 2
report packets.sent_without_fcs 2
