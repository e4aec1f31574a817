# A tagged frame may be 4 bytes longer than the MTU allows otherwise, and arrives with its tag.
. "$(dirname "$0")/common.inc"

lay_wire 1500
make_pcap "$work/tagged.pcap" 1 "${macs}810000640800:1500" "${macs}8100f0010800:46" "${macs}81000064810000050800:46"
start_receiver
replay 0 "$work/tagged.pcap"
stop_receiver

arrived "$work/tagged.pcap"
report packets.sent 3
