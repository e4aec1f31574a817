# A sensor that is reached through a tunnel: what arrives there is the set, frame by frame. The kernel's own VXLAN device takes
# the headers off; for the other kinds tshark reads the headers, and editcap cuts off as many bytes as they have.
. "$(dirname "$0")/common.inc"

command -v tshark >/dev/null || skip "tshark is not installed"
for program in editcap tcpdump; do command -v $program >/dev/null || skip "$program is not installed"; done

# The far end is a host of its own, with addresses of both versions.
lay_wire 1500
unshare -n sleep 600 &
sensor=$!
trap 'kill -KILL "$sensor" 2>/dev/null || true; clean_up' EXIT
elsewhere() { [[ $(readlink "/proc/$sensor/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }
wait_for "the other namespace" elsewhere
on_sensor() { nsenter -t "$sensor" -n "$@"; }
ip link set dev "$far" netns "$sensor"
ip link set dev lo up
on_sensor ip link set dev lo up
ip link set dev "$near" arp on up
on_sensor ip link set dev "$far" arp on up
has_ipv6=
[[ ! -e /proc/sys/net/ipv6 ]] || has_ipv6=yes
if [[ $has_ipv6 ]]; then
  echo 0 >"/proc/sys/net/ipv6/conf/$near/disable_ipv6"
  on_sensor sh -c "echo 0 >/proc/sys/net/ipv6/conf/$far/disable_ipv6"
  ip addr add 2001:db8::1/64 dev "$near" nodad
  on_sensor ip addr add 2001:db8::2/64 dev "$far" nodad
fi
ip addr add 192.0.2.1/24 dev "$near"
on_sensor ip addr add 192.0.2.2/24 dev "$far"
wait_for "carrier on $near" carrier "$near"

# listen INTERFACE: starts the receiver at the sensor.
listen() {
  : >"$work/receiver.err"
  nsenter -t "$sensor" -n "$BENCH_DIR/veth_receiver" --interface "$1" --ring-mib 64 --out "$work/received.pcap" \
    >"$work/receiver.json" 2>"$work/receiver.err" &
  receiver_pid=$!
  wait_for "the receiver" grep -qx ready "$work/receiver.err"
}

# send STATUS SPEC [ARGUMENT...]
send() {
  local want=$1 spec=$2 status=0
  shift 2
  "$GOPHERCAP" replay --out "$spec" --report "$work/report.json" "$@" >"$work/replay.out" 2>"$work/replay.err" || status=$?
  ((status == want)) || fail "$spec: exit status $status, not $want"
  report packets.balanced true
}

# Frames of 60 to 1400 bytes between several hosts, some of them with VLAN tags and without IP.
"$BENCH_DIR/generate" --out "$work/set" --kind imix --files 4 --writers 2 --packets 3000 --span 1 >/dev/null
make_pcap "$work/set/others.pcap" 1 "${macs}810000640800:46" "${macs}88b5:46" "${macs}0806:46"
replay_to_file --skip-mtu 1400 "$work/set"
packets=$(capinfos -Tr -c "$work/merged.pcap" | cut -f 2)

# The kernel delivers the frames.
on_sensor ip link add vx0 mtu 1500 type vxlan id 77 dstport 4789 local 192.0.2.2 dev "$far" nolearning 2>/dev/null &&
  has_vxlan=yes || has_vxlan=
if [[ $has_vxlan ]]; then
  on_sensor ip link set dev vx0 arp off up
  listen vx0
  send 0 vxlan:192.0.2.2,vni=77 --skip-mtu 1400 --topspeed "$work/set"
  stop_receiver
  arrived "$work/merged.pcap"
  report packets.sent "$packets" tunnel.kind vxlan tunnel.remote 192.0.2.2 tunnel.local 192.0.2.1 tunnel.path_mtu_bytes 1500 \
    tunnel.overhead_bytes 36 max_frame_bytes 1464
  says replay.err '^gophercap: vxlan:192.0.2.2:4789,vni=77: path MTU 1500, so frames of up to 1464 bytes$'

  # At their times, verified with what the device has delivered.
  listen vx0
  send 0 vxlan:192.0.2.2,vni=77 --skip-mtu 1400 --max-gap 10ms "$work/set"
  stop_receiver
  "$GOPHERCAP" verify "$work/received.pcap" --report "$work/report.json" >"$work/verify.out" 2>"$work/verify.err" ||
    fail "verify"

  # No longer frames with a tag than without one: verify knows.
  make_pcap "$work/tagged.pcap" 1 "${macs}810000640800:1450" "${macs}810000640800:1446"
  listen vx0
  send 3 vxlan:192.0.2.2,vni=77 "$work/tagged.pcap"
  stop_receiver
  report packets.sent 1 packets.skipped.too_long 1
  "$GOPHERCAP" verify "$work/received.pcap" --report "$work/report.json" >"$work/verify.out" 2>"$work/verify.err" ||
    fail "verify of frames with tags"
  on_sensor ip link del vx0
fi

# through SPEC HEADER_BYTES PROTOCOLS FILTER: the outer packets are of these protocols and match the filter, the inner frames
# are the set's.
through() {
  local spec=$1 bytes=$2 protocols=$3 filter=$4 read=0
  listen "$far"
  send 0 "$spec" --skip-mtu 1400 --topspeed "$work/set"
  stop_receiver
  # Without the search for the neighbor. tshark takes a second to start, so it runs once.
  tcpdump --time-stamp-precision=nano -r "$work/received.pcap" -w "$work/outer.pcap" \
    'udp and not dst port 9 or ip proto 47 or ip6 proto 47' 2>/dev/null
  tshark -r "$work/outer.pcap" -Y "$filter" -T fields -e frame.protocols -e udp.srcport -e gre.sequence_number 2>/dev/null \
    >"$work/matching"
  read=$(wc -l <"$work/matching")
  ((read == packets)) || fail "$spec: $read packets match '$filter', not $packets"
  ! grep -v -m 1 "^$protocols" "$work/matching" || fail "$spec: not $protocols"
  editcap -F nsecpcap -C "$bytes" -L "$work/outer.pcap" "$work/received.pcap"
  arrived "$work/merged.pcap"
}
ethernet=14 ipv4=20 ipv6=40 udp=8
through vxlan:192.0.2.2:4790,vni=5 $((ethernet + ipv4 + udp + 8)) eth:ethertype:ip:udp 'udp.dstport == 4790'
# The flows come from different ports, so that a sensor can spread them.
ports=$(cut -f 2 "$work/matching" | cut -d , -f 1 | sort -u | wc -l)
((ports > 3)) || fail "all flows come from $ports ports"
through geneve:192.0.2.2,vni=16777215 $((ethernet + ipv4 + udp + 8)) eth:ethertype:ip:udp:geneve:eth \
  'geneve.vni == 16777215 && geneve.proto_type == 0x6558 && udp.checksum == 0'
through gre:192.0.2.2 $((ethernet + ipv4 + 4)) eth:ethertype:ip:gre:eth 'gre.proto == 0x6558 && !gre.key'
through gre:192.0.2.2,key=0xdeadbeef $((ethernet + ipv4 + 8)) eth:ethertype:ip:gre:eth 'gre.key == 0xdeadbeef'
through erspan:192.0.2.2,session=1023 $((ethernet + ipv4 + 16)) eth:ethertype:ip:gre:erspan:eth \
  'erspan.spanid == 1023 && erspan.version == 1'
seq 0 $((packets - 1)) | cmp -s - <(cut -f 3 "$work/matching") || fail "ERSPAN's sequence numbers have holes"
through erspan:192.0.2.2,session=3,version=3 $((ethernet + ipv4 + 20)) eth:ethertype:ip:gre:erspan:eth \
  'erspan.spanid == 3 && erspan.version == 2'
through tzsp:192.0.2.2 $((ethernet + ipv4 + udp + 5)) eth:ethertype:ip:udp:tzsp:eth 'udp.dstport == 37008'
through udp:192.0.2.2:9999 $((ethernet + ipv4 + udp)) eth:ethertype:ip:udp 'udp.dstport == 9999 && udp.checksum != 0'
if [[ $has_ipv6 ]]; then
  through 'geneve:[2001:db8::2]:6081,vni=9' $((ethernet + ipv6 + udp + 8)) eth:ethertype:ipv6:udp:geneve:eth 'geneve.vni == 9'
  through gre:2001:db8::2 $((ethernet + ipv6 + 4)) eth:ethertype:ipv6:gre:eth 'gre.proto == 0x6558'
fi

# A frame that does not fit with its headers is told before the start, and left out. No packet is fragmented.
make_pcap "$work/long.pcap" 1 "${macs}88b5:1450" "${macs}88b5:1460"
send 3 vxlan:192.0.2.2 "$work/long.pcap"
report packets.sent 1 packets.skipped.too_long 1
says replay.err 'warning: 1 to 2 of 2 packets are longer than the 1464 bytes'

# Dry run: needs no privilege, and says the same.
"$GOPHERCAP" replay --dryrun --out gre:192.0.2.2 "$work/long.pcap" >"$work/dry.out" 2>"$work/dry.err" || fail "dry run"
says dry.out 'gre:192.0.2.2: path MTU 1500, so frames of up to 1476 bytes'

# Raw sockets need a privilege, datagrams do not.
gophercap=$GOPHERCAP
printf '#!/bin/sh\nexec setpriv --bounding-set=-net_raw --inh-caps=-net_raw "%s" "$@"\n' "$gophercap" >"$work/weak"
chmod +x "$work/weak"
GOPHERCAP=$work/weak
send 3 vxlan:192.0.2.2 "$work/long.pcap"
send 1 gre:192.0.2.2 "$work/long.pcap"
says replay.err 'error: gre:192.0.2.2: raw socket: Operation not permitted'
says replay.err 'hint: .*setcap cap_net_raw'
GOPHERCAP=$gophercap

# What cannot work is said with the object.
send 1 vxlan:192.0.2.99 "$work/long.pcap"
says replay.err 'error: vxlan:192.0.2.99:4789,vni=0: 192.0.2.99: No route to host'
send 1 vxlan:198.51.100.1 "$work/long.pcap"
says replay.err 'error: vxlan:198.51.100.1:4789,vni=0: 198.51.100.1: Network is unreachable'
