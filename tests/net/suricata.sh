# A real sensor cannot distinguish a replay from the traffic itself. Suricata listens while a set is replayed whose flows have
# their two directions in different files. It must find the same as in one file of the same packets: the same alerts,
# transactions, and flows with the same packets and bytes in each direction.
. "$(dirname "$0")/common.inc"

[[ -n ${GOPHERCAP_CORPUS:-} ]] || skip "GOPHERCAP_CORPUS names no folder of captures"
command -v suricata >/dev/null || skip "Suricata is not installed (./dev setup test installs it)"

here=$(dirname "$0")
python3 "$here/real_set.py" "$GOPHERCAP_CORPUS" "$work/set" "$work/merged.pcap" >"$work/set.out" || fail "no set"
cat "$work/set.out"
read -r packets _ <"$work/set.out"

# The same settings for both runs. One thread sees the packets in order; no flow times out before the end, when all flows are
# written; the size of inspected chunks is fixed instead of random; checksums are ignored, since those in the captures are wrong.
cat >"$work/suricata.yaml" <<YAML
%YAML 1.1
---
vars: {address-groups: {HOME_NET: any, EXTERNAL_NET: any}}
stats: {enabled: yes, interval: 1}
unix-command: {enabled: no}
logging: {default-log-level: info, outputs: [{console: {enabled: no}}, {file: {enabled: yes, filename: suricata.log}}]}
outputs:
  - eve-log:
      enabled: yes
      filename: eve.json
      types: [alert, {http: {extended: yes}}, dns, {tls: {extended: yes}}, {files: {force-magic: no}}, smtp, ssh, flow, stats]
af-packet: [{interface: default, threads: 1, cluster-id: 99, cluster-type: cluster_flow, defrag: yes, use-mmap: yes,
  tpacket-v3: no, ring-size: 50000, checksum-checks: no}]
pcap-file: {checksum-checks: no}
stream: {midstream: true, checksum-validation: no, reassembly: {randomize-chunk-size: no}}
flow-timeouts:
  default: {new: 3600, established: 3600, closed: 3600}
  tcp: {new: 3600, established: 3600, closed: 3600}
  udp: {new: 3600, established: 3600}
  icmp: {new: 3600, established: 3600}
app-layer:
  protocols:
    http: {enabled: yes, libhtp: {default-config: {personality: IDS, randomize-inspection-sizes: no}}}
    dns: {tcp: {enabled: yes}, udp: {enabled: yes}}
    tls: {enabled: yes, detection-ports: {dp: 443}}
    smtp: {enabled: yes}
    ssh: {enabled: yes}
YAML
cat >"$work/test.rules" <<'RULES'
alert dns any any -> any any (msg:"a name in a query"; dns.query; content:"."; sid:1;)
alert http any any -> any any (msg:"a request"; flow:established,to_server; http.method; content:"GET"; sid:2;)
alert http any any -> any any (msg:"an answer"; flow:established,to_client; http.stat_code; content:"200"; sid:3;)
alert tls any any -> any any (msg:"a name in a handshake"; tls.sni; content:"."; sid:4;)
alert tcp any any -> any any (msg:"bytes of a stream"; flow:established; content:"SSH-2.0"; sid:5;)
RULES
sensor=(suricata --runmode single -k none -c "$work/suricata.yaml" -S "$work/test.rules")

# sensor_reads FILE FOLDER
sensor_reads() {
  mkdir "$work/$2"
  timeout 30 "${sensor[@]}" -r "$1" -l "$work/$2" >"$work/sensor.err" 2>&1 || fail "suricata -r"
}

# sensor_listens FOLDER: listens on the far end; sensor_stops FOLDER: stops it when it has seen
# everything.
sensor_listens() {
  mkdir "$work/$1"
  "${sensor[@]}" --af-packet="$far" -l "$work/$1" >"$work/sensor.err" 2>&1 &
  receiver_pid=$!
  wait_for "Suricata to capture" log_says "$1" 'Engine started'
}
sensor_stops() {
  wait_for "Suricata to see $packets packets" grep -qs "\"decoder\":{\"pkts\":$packets," "$work/$1/eve.json"
  kill -TERM "$receiver_pid" # the flows are written now
  wait_for "Suricata to end" ended "$receiver_pid"
  wait "$receiver_pid" || fail "Suricata failed"
  receiver_pid=
  log_says "$1" "$far: packets: $packets, drops: 0 " || fail "Suricata itself has lost packets, so this says nothing"
}
log_says() { grep -qs "$2" "$work/$1/suricata.log"; }
ended() { ! kill -0 "$1" 2>/dev/null; }

lay_wire 9000
sensor_reads "$work/merged.pcap" file
sensor_listens live
replay 0 "$work/set"
report packets.sent "$packets"
sensor_stops live
python3 "$here/suricata_events.py" "$work/file/eve.json" "$work/live/eve.json" || fail "the sensor saw something else"

# The comparison is meaningful: it detects a single missing packet.
editcap "$work/merged.pcap" "$work/less.pcap" $((packets / 2))
sensor_reads "$work/less.pcap" less
! python3 "$here/suricata_events.py" "$work/file/eve.json" "$work/less/eve.json" >/dev/null || fail "a lost packet is not seen"
