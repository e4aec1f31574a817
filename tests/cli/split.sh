#!/usr/bin/env bash
# Several interfaces: which combinations are refused, and how many frames --dryrun promises to each, whether they exist or not.
. "$(dirname "$0")/common.inc"

python3 <<'PYTHON'
import socket, struct
def tcp(source, sport, target, dport, flags):
    body = struct.pack(">HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 9, 0, 0)
    return bytes.fromhex("020000000001 020000000002 0800") + struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0, socket.inet_aton(source), socket.inet_aton(target)) + body
def write(path, packets):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        for second, packet in packets:
            f.write(struct.pack("<IIII", second, 0, len(packet), len(packet)) + packet)
low, high = ("10.0.0.1", 20), ("10.0.0.2", 5000)
rest = [(1600000009, tcp(*low, *high, 0x10))] * 3 + [(1600000009, tcp(*high, *low, 0x10))] * 5
syn = [(1600000000, tcp(*low, *high, 0x02))]
write("rest.pcap", rest)
write("syn.pcap", syn)
write("whole.pcap", syn + rest)
PYTHON

# promises CLIENTS SERVERS ARGUMENT...: the frames of each interface. They do not exist, so the replay could not begin.
promises() {
  local clients=$1 servers=$2
  shift 2
  exits 1 replay --dryrun --out gone1,gone2 "$@"
  has out "interfaces gone1 (clients) and gone2 (servers)"
  has out "gone1: $clients frame"
  has out "gone2: $servers frame"
  has err "gone1"
}
# Several --out are several interfaces.
exits 1 replay --dryrun --out gone1 --out gone2 rest.pcap
has out "interfaces gone1, gone2"
exits 1 replay --dryrun --out gone1 --out gone2 --split auto rest.pcap
has out "interfaces gone1 (clients) and gone2 (servers)"
exits 2 replay --dryrun --out gone1 --out vxlan:127.0.0.1 rest.pcap
has err "--out: several of them are several interfaces, not a tunnel or A,B"

promises 5 3 rest.pcap          # without a SYN, the lower port is the server
promises 4 5 rest.pcap syn.pcap # the SYN is in another file
promises 3 5 whole.pcap --time-from 2020-09-13T12:26:45Z # or outside the window
promises 5 3 rest.pcap --split 'client-net=10.0.0.2/32;fd00::/8'
promises 5 3 rest.pcap --split 'mac=02:00:00:00:00:09'
exits 1 replay --dryrun --json --out gone1+gone2 rest.pcap
python3 -c '
import json
assert sorted(i["frames_to_send"] for i in json.load(open("out"))["interfaces"]) == [0, 8], "one pair of hosts has one interface"'

for out in a,b,c a,b+c a, +a a,a a+b+a; do
  exits 2 replay rest.pcap --out "$out"
  has err "--out"
done
for split in port client-net= client-net=10.0.0.1/33 mac=1; do
  exits 2 replay rest.pcap --out a,b --split "$split"
  has err "--split"
done
exits 2 replay rest.pcap --out a+b --split auto
has err "--split: needs two interfaces"
has err "hint: --out A,B"
exits 2 replay rest.pcap --out a,b --tx-threads 2
has err "--tx-threads: excludes --out A,B"
exits 2 replay rest.pcap --out a+b --late slip
has err "exclude --late slip"
# A configuration is for other runs too.
printf 'replay:\n  split: client-net=10.0.0.2\n' >config.yaml
exits 0 --config config.yaml replay --dryrun --out-file x.pcap rest.pcap
exits 1 --config config.yaml replay --dryrun --out gone1,gone2 syn.pcap rest.pcap
has out "gone1: 5 frames"
