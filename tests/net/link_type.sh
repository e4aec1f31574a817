# Packets of other links leave with an Ethernet header, and count as changed. With --to-ethernet off they are skipped with a reason.
. "$(dirname "$0")/common.inc"

lay_wire
mkdir "$work/set"
make_pcap "$work/set/ethernet.pcap" 1 "${macs}0800:46" "${macs}0800:60"
make_pcap "$work/set/raw_ip.pcap" 101 "4500:60" "4500:70" "6000:80"
make_pcap "$work/set/wireless.pcap" 105 "8000:60" # a beacon
"$GOPHERCAP" replay --to-ethernet on --out-file "$work/merged.pcap" "$work/set" >"$work/merged.out" 2>"$work/merged.err" ||
  (($? == 3)) || fail "replay --out-file"
start_receiver
replay 3 "$work/set"
stop_receiver
arrived "$work/merged.pcap"
report packets.read 6 packets.sent 5 packets.changed.converted 3 packets.skipped.wifi_signalling 1 packets.skipped.link_type 0
says replay.out '^changed +3 with Ethernet headers'
says replay.out '1 wireless frame'
says replay.err '4 of 6 packets are not Ethernet \(RAW, IEEE802_11\) and get Ethernet headers where possible'
"$GOPHERCAP" verify "$work/received.pcap" --report "$work/report.json" >"$work/verify.out" 2>"$work/verify.err" || fail "verify"

# The addresses that were asked for.
start_receiver
replay 3 --src-mac 02:00:5e:00:53:01 --dst-mac 02-00-5e-00-53-02 "$work/set"
stop_receiver
[[ $(tcpdump -ner "$work/received.pcap" 'ether src 02:00:5e:00:53:01 and ether dst 02:00:5e:00:53:02' 2>/dev/null | wc -l) == 3 ]] ||
  fail "the addresses are others"
"$GOPHERCAP" verify "$work/received.pcap" --report "$work/report.json" >"$work/verify.out" 2>"$work/verify.err" || fail "verify"

start_receiver
replay 3 --to-ethernet off "$work/set"
stop_receiver
arrived "$work/set/ethernet.pcap"
report packets.read 6
report packets.sent 2
report packets.skipped.link_type 4
report packets.balanced true
says replay.out '4 not Ethernet'
says replay.err '4 of 6 packets not sent'
