# Messages about lengths and other link types are correct, before the start and at the end: no warning if everything is sent,
# a hint with a sufficient MTU, and none if no MTU is sufficient.
. "$(dirname "$0")/common.inc"

quiet() { ! grep -Eq "$1" "$work/replay.err" || fail "it says '$1'"; }

lay_wire 1500
# Full-size frames with a tag are all sent.
make_pcap "$work/tagged.pcap" 1 "${macs}810000640800:1500" "${macs}810000640800:1500"
replay 0 "$work/tagged.pcap"
report packets.sent 2
[[ ! -s $work/replay.err ]] || fail "there was nothing to say"

# The MTU that the longest frame needs, at both ends.
ip link set dev "$far" mtu 1500
make_pcap "$work/long.pcap" 1 "${macs}0800:1500" "${macs}0800:12000" "${macs}0800:1501" "${macs}810000640800:1504"
replay 3 "$work/long.pcap"
says replay.err "warning: 1 to 3 of 4 packets are longer than the 1514 bytes of a frame here: TCP leaves as segments, others are skipped"
says replay.err "hint: ip link set dev $near mtu 12000; ip link set dev $far mtu 12000\$"
ip link set dev "$near" mtu 12000
ip link set dev "$far" mtu 12000
replay 0 "$work/long.pcap"
report packets.sent 4

# 66000 bytes exceed the largest MTU of a veth.
make_pcap "$work/huge.pcap" 1 "${macs}0800:60" "${macs}0800:66000"
replay 3 "$work/huge.pcap"
report packets.skipped.too_long 1
says replay.err '1 of 2 packets are longer than the 12014 bytes of a frame here'
quiet hint

# What has no Ethernet form, and what is not to get one.
make_pcap "$work/other.pcap" 249 0800:60 0800:60
replay 3 "$work/other.pcap"
report packets.skipped.link_type 2 packets.sent 0
says replay.err "warning: 2 of 2 packets will be skipped: not Ethernet \(USBPCAP\), and without an Ethernet form"
says replay.err 'warning: nothing was sent: none of the packets is Ethernet'
says replay.err 'hint: --out-file writes packets of any link type as they are'
for network in 276 113 101; do
  make_pcap "$work/other.pcap" $network 0800:60 0800:60
  replay 3 --to-ethernet off "$work/other.pcap"
  report packets.skipped.link_type 2 packets.sent 0
  says replay.err "warning: 2 of 2 packets will be skipped: not Ethernet \([A-Z0-9_]+\)$"
done
