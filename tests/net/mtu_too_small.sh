# What the interface can't take is skipped by reason, never cut: the rest arrives, the exit status says that it is not all.
. "$(dirname "$0")/common.inc"

lay_wire 1000
make_pcap "$work/long.pcap" 1 "${macs}0800:1000" "${macs}0800:1001" "${macs}0800:500" "${macs}0800:1500"
make_pcap "$work/fits.pcap" 1 "${macs}0800:1000:1" "${macs}0800:500:3"
start_receiver
replay 3 "$work/long.pcap"
stop_receiver

arrived "$work/fits.pcap"
report packets.read 4
report packets.sent 2
report packets.skipped.too_long 2
report packets.balanced true
says replay.out 'skipped +2 packets .*longer than the interface takes'
says replay.err '2 of 4 packets not sent'
says replay.err "hint: .*$near.*mtu"
