#!/usr/bin/env bash
# Rules change what is sent: by options and by a file, as tcprewrite does it; every change is said before, counted and in the
# report, and verify expects what was written.
. "$(dirname "$0")/common.inc"

# Six packets: TCP, UDP and ICMP, IPv4 and IPv6, ARP, a VLAN tag, with right checksums; and one that is not Ethernet.
python3 - <<'PYTHON'
import struct

def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF

def put(data, at, value):
    return data[:at] + struct.pack(">H", value) + data[at + 2:]

def ip4(source, destination, protocol, payload, at=None):
    pseudo = bytes(source) + bytes(destination) + struct.pack(">BBH", 0, protocol, len(payload))
    if at is not None:
        payload = put(payload, at, checksum((pseudo if protocol != 1 else b"") + payload))
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, 0x4000, 64, protocol, 0) + bytes(source) + bytes(destination)
    return put(header, 10, checksum(header)) + payload

def ip6(source, destination, protocol, payload, at):
    payload = put(payload, at, checksum(source + destination + struct.pack(">II", len(payload), protocol) + payload))
    return struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + source + destination + payload

A, B = (10, 1, 0, 1), (192, 0, 2, 9)
A6, B6 = bytes.fromhex("20010db8" + "0" * 23 + "1"), bytes.fromhex("20010db9" + "0" * 23 + "9")
tcp = struct.pack(">HHIIBBHHH", 40000, 80, 1, 0, 0x50, 0x18, 1000, 0, 0) + b"GET / HTTP/1.0\r\n\r\n"
udp = struct.pack(">HHHH", 53000, 53, 20, 0) + b"a question.."
echo = struct.pack(">BBHHH", 8, 0, 0, 1, 1) + b"ping"
macs = bytes.fromhex("020000000002020000000001")
arp = bytes.fromhex("0001080006040001020000000001") + bytes(A) + bytes(6) + bytes(B)
frames = [macs + b"\x08\0" + ip4(A, B, 6, tcp, 16), macs + b"\x08\0" + ip4(B, A, 17, udp, 6), macs + b"\x08\0" + ip4(A, B, 1, echo, 2),
          macs + b"\x86\xdd" + ip6(A6, B6, 17, udp, 6), b"\xff" * 6 + macs[6:] + b"\x08\x06" + arp,
          macs + b"\x81\0\0\x07\x08\0" + ip4(A, B, 17, udp, 6)]
def write(name, link, packets):
    with open(name, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link))
        for i, packet in enumerate(packets):
            f.write(struct.pack("<IIII", 100 + i, 0, len(packet), len(packet)) + packet)
write("in.pcap", 1, frames)
write("plain.pcap", 1, frames[:3])
write("four.pcap", 1, frames[:3] + frames[4:])
write("raw.pcap", 101, [frames[1][14:]])
PYTHON

# field FILE KEY: prints a value. is FILE KEY WANT [KEY WANT]...: values must be these.
field() { python3 -c 'import json, sys; v = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."): v = v[key]
print(json.dumps(v))' "$1" "$2"; }
is() { python3 -c 'import json, sys; whole = json.load(open(sys.argv[1]))
for path, want in zip(sys.argv[2::2], sys.argv[3::2]):
    v = whole
    for key in path.split("."): v = v[key]
    if json.dumps(v) != want: sys.exit(f"{path} is {json.dumps(v)}, not {want}")' "$@"; }

# No rules: the same bytes, and nothing is said.
exits 0 replay in.pcap --out-file same.pcap --report r.json
not grep -q rewritten err out
is r.json packets.changed.rewritten 0
not grep -q '"rewrite"' r.json

cat >rules.yaml <<'YAML'
map-mac: [10.1.0.0/16=02:aa:00:00:00:01]
vlan: [pop, "push:40,priority=4"]
set-ttl: 9
YAML
exits 0 replay in.pcap --out-file out.pcap --rewrite rules.yaml --set-ttl 5 --report r.json --quiet
is r.json rewrite '["map-mac 10.1.0.0/16=02:aa:00:00:00:01", "vlan pop", "vlan push:40,priority=4", "set-ttl 5"]' packets.changed.rewritten 6
exits 0 replay in.pcap --dryrun --out-file other.pcap --rewrite rules.yaml --set-ttl 5 --json
has err "gophercap: packets are rewritten: map-mac 10.1.0.0/16=02:aa:00:00:00:01, vlan pop, vlan push:40,priority=4, set-ttl 5"
is out packets.changed.rewritten 6 rewrite "$(field r.json rewrite)"
[[ ! -e other.pcap ]]
# The report is enough, even if the file of rules is gone; so are the same options.
exits 0 map in.pcap --dump-json set.json
exits 0 verify out.pcap --dump-json set.json --rewrite rules.yaml --set-ttl 5
exits 3 verify out.pcap --dump-json set.json --rewrite rules.yaml --set-ttl 5 --set-dst-mac 02:cc:00:00:00:01
exits 0 verify out.pcap --rewrite rules.yaml --set-ttl 5 --report r.json
exits 2 verify out.pcap --set-ttl 6 --report r.json
has err "--set-ttl: contradicts the report"
mv rules.yaml gone.yaml
exits 0 verify out.pcap --report r.json --json
is out packets.lost 0
exits 3 verify in.pcap --report r.json
# Only what changes is counted.
exits 0 replay in.pcap --out-file out.pcap --vlan map:7=8 --report r.json
is r.json packets.changed.rewritten 1
has out "1 rewritten"
# --discard, and a second time the same.
exits 0 replay in.pcap --discard --vlan map:7=8 --report r.json
is r.json packets.changed.rewritten 1
exits 0 replay out.pcap --out-file again.pcap --vlan map:7=8
cmp out.pcap again.pcap

# The pairs in reverse give the packets as they were.
exits 0 replay in.pcap --out-file there.pcap --map-ip 10.0.0.0/8=172.0.0.0/8 --map-ip 2001:db8::/32=fd00:1::/32 --map-port 80=8080
exits 0 replay there.pcap --out-file back.pcap --map-ip 172.0.0.0/8=10.0.0.0/8 --map-ip fd00:1::/32=2001:db8::/32 --map-port 8080=80
cmp same.pcap back.pcap
# Each loop has its own addresses, except the first.
exits 0 replay in.pcap --out-file out.pcap --unique-ip --loop-count 3 --report r.json
is r.json packets.changed.rewritten 12
exits 0 verify out.pcap --report r.json --json
is out packets.lost 0
python3 - out.pcap <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
loops = [set(), set(), set()]
at, n = 24, 0
while at < len(data):
    size = int.from_bytes(data[at + 8:at + 12], "little")
    frame = data[at + 16:at + 16 + size]
    at += 16 + size
    if n % 6 < 3:  # both directions of IPv4
        loops[n // 6] |= {frame[26:30], frame[30:34]}
    n += 1
assert n == 18 and [len(hosts) for hosts in loops] == [2, 2, 2], (n, loops)
assert len(set.union(*loops)) == 6, loops
PYTHON

exits 0 replay in.pcap --out-file other.pcap --unique-ip --loop-count 3 --dryrun
has out "6 rewritten in each loop after the first"
exits 0 replay in.pcap --out-file other.pcap --unique-ip --set-ttl 64 --loop-infinite --dryrun --json
is out packets.changed.rewritten 0 packets.changed.rewritten_in_later_loops 6
exits 0 replay in.pcap --out-file other.pcap --set-ttl 5 --loop-count 3 --dryrun --json
not grep -q later_loops out
# In one loop it does nothing. A file may be for other runs as well.
exits 2 replay in.pcap --out-file out.pcap --unique-ip
has err "--unique-ip: does nothing in one loop"
echo "unique-ip: true" >unique.yaml
exits 0 replay in.pcap --out-file one.pcap --rewrite unique.yaml
not grep -q rewritten err
cmp same.pcap one.pcap
exits 0 replay in.pcap --out-file one.pcap --rewrite unique.yaml --set-ttl 5
has err "packets are rewritten: set-ttl 5"
not grep -q unique-ip err
exits 0 replay in.pcap --dryrun --discard --rewrite unique.yaml --json
not grep -q later_loops out
printf 'replay:\n  unique:\n    ip: true\n' >config.yaml
exits 0 replay in.pcap --discard --config config.yaml

# Other links have no MAC addresses and no tags.
exits 0 replay raw.pcap --out-file out.pcap --vlan push:5 --report r.json
has err "1 of 1 packets are not Ethernet: they have no MAC addresses and VLAN tags to rewrite"
is r.json packets.changed.rewritten 0
exits 0 replay raw.pcap --out-file out.pcap --to-ethernet on --vlan push:5 --report r.json
not grep -q "not Ethernet:" err
is r.json packets.changed.rewritten 1 packets.changed.converted 1
exits 0 verify out.pcap --report r.json
# A tag makes frames longer.
exits 0 replay plain.pcap --out-file out.pcap --mtu 46 --oversize skip --vlan push:5,802.1ad --report r1.json
has err "packets are longer than the 60 bytes of a frame here"
exits 0 replay plain.pcap --out-file out.pcap --mtu 42 --oversize skip --report r2.json
is r1.json packets.skipped "$(field r2.json packets.skipped)"
exits 0 replay in.pcap --out-file out.pcap --skip-mtu 64 --vlan push:5 --report r1.json
exits 0 replay in.pcap --out-file out.pcap --skip-mtu 60 --report r2.json
is r1.json packets.skipped "$(field r2.json packets.skipped)"

# A recording holds frames of up to 256 KiB. With a tag more, this one does not fit.
python3 - <<'PYTHON'
import struct
frame = bytes.fromhex("02000000000202000000000188b5").ljust(262144, b"x")
with open("longest.pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for size in (262144, 262140):
        f.write(struct.pack("<IIII", 100, 0, size, size) + frame[:size])
PYTHON
exits 0 replay longest.pcap --out-file out.pcap --report r.json
is r.json packets.sent 2
exits 3 replay longest.pcap --out-file out.pcap --vlan push:3 --report r.json
is r.json packets.sent 1 packets.skipped.too_long 1 packets.failed 0
exits 0 verify out.pcap --report r.json
exits 0 replay longest.pcap --dryrun --out-file other.pcap --vlan push:3 --json
is out packets.to_send 1 packets.skipped.too_long 1
exits 0 replay longest.pcap --out-file out.pcap --vlan push:3 --oversize truncate --report r.json
is r.json packets.sent 2 packets.changed.truncated 1
exits 1 replay longest.pcap --out-file none.pcap --vlan push:3 --oversize fail
has err "1 of 2 packets are longer than the 262144 bytes of a frame here"

# What is wrong is said before anything is written.
rm -f out.pcap
exits 2 replay in.pcap --out-file out.pcap --map-ip 10.0.0.0/8=11.0.0.0/9
has err "10.0.0.0/8=11.0.0.0/9: the prefixes must have the same length"
exits 2 replay in.pcap --out-file out.pcap --vlan 5
has err "5: not one of push:ID, pop, pop:all, map:OLD=NEW, priority:P"
exits 2 replay in.pcap --out-file out.pcap --tunnel-side inside
has err "--tunnel-side: does nothing without a rule"
exits 2 replay in.pcap --out-file out.pcap --unique-ip --loop-count 2 --preload
has err "--unique-ip: excludes --preload"
exits 2 replay in.pcap --out-file out.pcap --pnat 10.0.0.0/8:11.0.0.0/8
has err "did you mean --map-ip OLD=NEW?"
exits 2 replay in.pcap --out-file out.pcap --rewrite none.yaml
has err "--rewrite: none.yaml: No such file or directory"
printf 'set-ttl: 5\nvlans: 5\n' >wrong.yaml
exits 2 replay in.pcap --out-file out.pcap --rewrite wrong.yaml
has err "wrong.yaml:2: vlans: unknown key"
exits 2 replay in.pcap --out-file gone.yaml --rewrite gone.yaml
has err "gone.yaml"
[[ ! -e out.pcap ]]

command -v tcprewrite >/dev/null || skip "tcprewrite is not installed"
# as_tcprewrite THEIRS... -- OURS...: both must write the same frames.
as_tcprewrite() {
  local theirs=()
  while [[ $1 != -- ]]; do theirs+=("$1") && shift; done
  shift
  tcprewrite -i "$input" -o theirs.pcap "${theirs[@]}" >/dev/null 2>tcprewrite.err || { cat tcprewrite.err >&2; return 1; }
  exits 0 replay theirs.pcap --out-file expected.pcap
  exits 0 replay "$input" --out-file ours.pcap "$@"
  cmp expected.pcap ours.pcap
}
# Not IPv6: tcprewrite 4.4.3 gives it the addresses of groups.
input=four.pcap
as_tcprewrite --enet-dmac=02:bb:00:00:00:01 --enet-smac=02:bb:00:00:00:02 -- --set-dst-mac 02:bb:00:00:00:01 --set-src-mac 02:bb:00:00:00:02
as_tcprewrite --pnat=10.0.0.0/8:172.0.0.0/8,192.0.2.0/24:198.51.100.0/24 -- --map-ip 10.0.0.0/8=172.0.0.0/8 --map-ip 192.0.2.0/24=198.51.100.0/24
as_tcprewrite --portmap=80:8080,53:5353 --ttl=9 --tos=184 -- --map-port 80=8080 --map-port 53=5353 --set-ttl 9 --set-dscp 46
input=plain.pcap
as_tcprewrite --enet-vlan=add --enet-vlan-tag=40 --enet-vlan-cfi=0 --enet-vlan-pri=4 -- --vlan push:40,priority=4
cp expected.pcap tagged.pcap
input=tagged.pcap
as_tcprewrite --enet-vlan=del -- --vlan pop
