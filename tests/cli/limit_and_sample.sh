#!/usr/bin/env bash
# --limit and --sample send a part of a set, and account for the rest.
. "$(dirname "$0")/common.inc"

python3 - flows.pcap <<'PYTHON'
import socket, struct, sys
def udp(source, target, sport, dport, fragment=0):
    body = struct.pack(">HHHH", sport, dport, 26, 0) + bytes(18)
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 46, 1, fragment, 64, 17, 0,
                         socket.inet_aton(source), socket.inet_aton(target))
    return bytes.fromhex("020000000001020000000002 0800") + header + body
packets = []
for flow in range(60):
    packets += [udp("10.0.0.1", "10.0.0.2", 2000 + flow, 53), udp("10.0.0.2", "10.0.0.1", 53, 2000 + flow)]
for _ in range(10):
    packets += [udp("10.9.9.9", "10.0.0.2", 700, 2049, 0x2000), udp("10.9.9.9", "10.0.0.2", 0xdead, 0xbeef, 3)]
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
    for number, packet in enumerate(packets):
        f.write(struct.pack("<IIII", 1600000000 + number // 10, number % 10 * 100_000_000, len(packet), len(packet)) + packet)
PYTHON
exits 0 map flows.pcap --dump-json set.json

# figures KEY...: the keys of `packets` in the report.
figures() {
  python3 -c '
import json, sys
packets = json.load(open("report.json"))["packets"]
assert packets["balanced"]
print(*(packets.get(key, 0) for key in sys.argv[1:]))' "$@"
}

for limit in "10 10" "601 11 bytes" "1s 11"; do
  read -r value packets unit <<<"$limit"
  [[ -z ${unit:-} ]] || value=${value}B
  exits 0 replay flows.pcap --limit "$value" --out-file part.pcap --report report.json
  [[ $(figures read sent after_limit) == "140 $packets $((140 - packets))" ]]
  cmp <(tail -c +25 part.pcap) <(head -c $((24 + packets * 76)) flows.pcap | tail -c +25)
  has out "by --limit"
done
exits 0 verify part.pcap --report report.json
exits 0 verify part.pcap --dump-json set.json --limit 11
exits 3 verify part.pcap --dump-json set.json --limit 12
exits 0 replay flows.pcap --limit 300 --loop-infinite --discard --report report.json
[[ $(figures sent) == 300 ]]
exits 0 replay flows.pcap --limit 200ms --loop-infinite --topspeed --discard
has out "by --limit 200ms"
exits 0 replay flows.pcap --limit 1ms --loop-count 2000 --topspeed --out-file part.pcap --report report.json
exits 0 verify part.pcap --report report.json
exits 0 replay flows.pcap --limit 10 --discard --dryrun
has out "limit    ends after 10 packets"
exits 2 replay flows.pcap --limit 0 --discard
has err "--limit: must be above zero"
exits 2 replay flows.pcap --limit ten --discard
has err 'is not a number of packets (1000), a size (10M) or a time (30s)'

# A share of the flows: both directions, and all fragments of two hosts or none.
exits 0 replay flows.pcap --sample 1/3 --out-file part.pcap --report report.json
read -r read sent left < <(figures read sent not_in_sample)
[[ $read == 140 && $((sent + left)) == 140 && $sent -gt 10 && $sent -lt 100 ]]
python3 - part.pcap <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
at, flows, fragments = 24, {}, 0
while at < len(data):
    length = struct.unpack("<I", data[at + 8:at + 12])[0]
    packet = data[at + 16:at + 16 + length]
    at += 16 + length
    if packet[29] == 9 or packet[20:22] != b"\0\0":
        fragments += 1
    else:
        ports = frozenset(struct.unpack(">HH", packet[34:38]))
        flows[ports] = flows.get(ports, 0) + 1
assert set(flows.values()) == {2}, flows
assert fragments in (0, 20), fragments
PYTHON
cp part.pcap first.pcap
exits 0 replay flows.pcap --sample 1/3 --file-workers 1 --out-file part.pcap
cmp first.pcap part.pcap
exits 0 replay flows.pcap --sample 1/3 --discard --dryrun --json
python3 -c '
import json
packets = json.load(open("out"))["packets"]
assert packets["read"] == 140 and packets["to_send"] == '"$sent"' and packets["not_in_sample"] == '"$left"', packets'
exits 2 replay flows.pcap --sample 2 --discard
has err "--sample: must not be above 1"
exits 0 verify first.pcap --dump-json set.json --sample 1/3
exits 3 verify first.pcap --dump-json set.json
