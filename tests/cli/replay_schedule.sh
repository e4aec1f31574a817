#!/usr/bin/env bash
# Unusual times of a set are reported before it is replayed, with the option that helps: long pauses, clocks that were set back.
. "$(dirname "$0")/common.inc"

# stamps FILE: prints the times of the packets in seconds, in one line.
stamps() {
  python3 - "$1" <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
at, times = 24, []
while at < len(data):
    s, ns, length, _ = struct.unpack("<IIII", data[at:at + 16])
    times.append(f"{s}.{ns:09}".rstrip("0").rstrip("."))
    at += 16 + length
print(*times)
PYTHON
}

# Inside a file.
capture zero.pcap 0 1600000000 1600000001
for words in "map zero.pcap" "replay zero.pcap --discard --dryrun" "replay zero.pcap --discard"; do
  exits 0 $words
  cat out err >said
  has said "takes 18518d12h; 18518d12h of that is waiting, in 1 pause of more than a minute"
  has said "a pause of 18518d12h from 1970-01-01T00:00:00Z to 2020-09-13T12:26:40Z, inside zero.pcap"
  has said "--max-gap 10s shortens each pause to 10s; --time-from 2020-09-13T12:26:40Z leaves out what comes before the longest"
done
exits 0 replay zero.pcap --discard --dryrun --json
python3 -c '
import json
pauses = json.load(open("out"))["long_pauses"]
assert pauses["count"] == 1 and pauses["total_ns"] == 1600000000 * 10**9, pauses
assert pauses["longest"][0]["file_before"] == pauses["longest"][0]["file_after"] == "zero.pcap", pauses'
for words in "--max-gap 10s" "--time-from 2020-09-13T12:26:40Z" "--topspeed" "--pps 1"; do
  exits 0 replay zero.pcap --discard $words
  not grep -q pause err
done

# Between files, and how to avoid the pause.
mkdir set
capture set/a.pcap 1600000000 1600000002
capture set/b.pcap 1200000000 1200000001
capture set/c.pcap 1600000001
exits 0 replay set --discard
has err "a pause of 4629d15h from 2008-01-10T21:20:01Z to 2020-09-13T12:26:40Z, after set/b.pcap and before set/a.pcap"
has err "--sequence plays the files one after the other"
exits 0 replay set --sequence --out-file all.pcap
not grep -q pause err
[[ $(stamps all.pcap) == "1600000000 1600000002 1600000002 1600000003 1600000003" ]]
exits 0 replay set --sequence --file-gap 10s --time-modifier 2 --loop-count 2 --loop-gap 4s --out-file all.pcap
[[ $(stamps all.pcap) == "1600000000 1600000001 1600000006 1600000006.5 1600000011.5 1600000013.5 1600000014.5 "* ]]
exits 0 replay set --sequence --discard --dryrun
has out "at most 1 at once"
has out "span     3s"
mkdir odd
capture odd/a.pcap 1600000000
cp zero.pcap odd/b.pcap
exits 0 replay odd --sequence --discard --dryrun
has err "a pause of 18518d12h from 1970-01-01T00:00:00Z to 2020-09-13T12:26:40Z, inside odd/b.pcap"
not grep -q "sequence plays" err
exits 0 replay set --sequence --file-gap 500ms --out-file all.pcap
exits 0 map set --dump-json set.json
exits 0 verify all.pcap --dump-json set.json --sequence --file-gap 500ms
has out "gap"
GOPHERCAP_REPLAY_SEQUENCE=true GOPHERCAP_REPLAY_FILE_GAP=2s exits 0 replay set --discard --dryrun
has out "span     7s"

# There is no warning for a busy set, or for one that is quiet for less than half of its time.
capture busy.pcap $(seq 100 10 500) 590
exits 0 replay busy.pcap --discard
not grep -q pause err

# A clock that was set back.
capture back.pcap 1000 1001 1002 500 501 503
for words in "replay back.pcap --discard --dryrun" "replay back.pcap --discard"; do
  exits 0 $words
  has err "the clock was set back in back.pcap after 1970-01-01T00:16:42Z, by up to 8m22s; 3 packets after it are due at once"
  has err "--clock-steps follow keeps the gaps between them"
done
exits 0 map back.pcap --dump-json back.json
has out "time steps back by 8m22s in back.pcap: replay sends the 3 packets after such steps at once; --clock-steps follow"
exits 0 replay back.pcap --clock-steps follow --out-file followed.pcap
not grep -q "clock was set" err
has out "clocks  1 step followed"
[[ $(stamps followed.pcap) == "1000 1001 1002 1002 1003 1005" ]]
exits 0 verify followed.pcap --dump-json back.json --clock-steps follow
capture jump.pcap 1000 1001 9000 9001
exits 0 replay jump.pcap --clock-steps follow=5s --out-file followed.pcap
[[ $(stamps followed.pcap) == "1000 1001 1001 1002" ]]
exits 0 replay jump.pcap --clock-steps follow --out-file followed.pcap
[[ $(stamps followed.pcap) == "1000 1001 9000 9001" ]]
exits 0 replay back.pcap --reorder --discard
not grep -q "clock was set" err

# Options that exclude each other, and one without effect.
exits 2 replay set --discard --sequence --wait-disable
has err "--sequence: excludes --wait-disable"
exits 2 replay set --discard --clock-steps follow --reorder
has err "--clock-steps follow: excludes --reorder"
exits 2 replay set --discard --sequence --file-gap -1s
for word in "" both keep=1s follow= follow=0s follow=-1s; do
  exits 2 replay set --discard --clock-steps "$word"
  has err "--clock-steps: "
done
exits 0 replay set --discard --max-gap 1s --file-gap 1s
has err "--file-gap: does nothing without --sequence"

# Packets that are left out at the end do not count as a planned pause.
capture tail.pcap 100 101
python3 - <<'PYTHON'
import struct
with open("tail.pcap", "ab") as f:
    f.write(struct.pack("<IIII", 900000, 0, 1000, 1000) + bytes(1000))
PYTHON
exits 0 replay tail.pcap --discard --max-gap 1s --skip-mtu 100
has out "span     1s"

# An expression that matches nothing.
exits 4 replay busy.pcap --discard --out-bpf 'less 10'
has err 'nothing was sent: no packet matches "less 10"'
exits 4 replay busy.pcap --discard --dryrun --out-bpf 'less 10'
has err 'nothing to send: no packet matches "less 10"'
