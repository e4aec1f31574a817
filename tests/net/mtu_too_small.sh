# Frames that the interface cannot send are skipped with a reason and never cut; the rest arrives, and the exit status
# shows that not everything was sent.
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
says replay.out 'skipped +2 packets .*too long for the target'
says replay.err '2 of 4 packets not sent'
says replay.err "hint: .*$near.*mtu"
