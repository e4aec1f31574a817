# The error names the interface and lists the existing ones.
. "$(dirname "$0")/common.inc"

lay_wire
make_pcap "$work/one.pcap" 1 "${macs}0800:46"
wrong=${near}x
replay 1 --out-interface "$wrong" "$work/one.pcap"
says replay.err "error: interface $wrong: no such interface"
says replay.err "hint: .*$near"
