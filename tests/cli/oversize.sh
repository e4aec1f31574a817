# A recording for a path with an MTU: packets that are too long become segments with which all TCP connections have the same
# bytes; the other policies do as they say, all is counted, and verify expects what was written.
. "$(dirname "$0")/common.inc"

read -r packets long < <(python3 "$SOURCE_DIR/tests/net/super_packets.py" super.pcap)
count() { python3 -c 'import json, sys; v = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."): v = v[key]
print(v)' "$1" "$2"; }
is() { [[ $(count "$1" "$2") == "$3" ]] || { echo "$2 is $(count "$1" "$2"), not $3" >&2; return 1; }; }

for mtu in 1500 576; do
  exits 0 replay super.pcap --out-file "at$mtu.pcap" --mtu $mtu --report r.json
  has err "packets are longer than the $((mtu + 14)) bytes of a frame here: TCP leaves as segments"
  has out "$long as segments"
  is r.json packets.sent "$packets"
  is r.json packets.changed.segmented "$long"
  is r.json oversize segment
  exits 0 replay super.pcap --dryrun --out-file other.pcap --mtu $mtu --json
  is out packets.changed.segmented "$long"
  is out packets.frames_to_send "$(count r.json packets.frames_sent)"
  exits 0 verify "at$mtu.pcap" --report r.json --json
  is out packets.expected "$(count r.json packets.frames_sent)"
  is out packets.lost 0
  if ((mtu == 576)) && command -v tshark >/dev/null; then # net.oversize compares at both
    # A frame with a tag may have four bytes more.
    python3 "$SOURCE_DIR/tests/net/streams.py" super.pcap "at$mtu.pcap" $((mtu + 18)) 2>err || { cat err >&2; exit 1; }
  fi
done
# The same bytes again, and what was not too long is as it was.
exits 0 replay super.pcap --out-file again.pcap --mtu 576 --file-workers 3
cmp at576.pcap again.pcap
exits 0 replay super.pcap --out-file short1.pcap --out-bpf 'less 590'
exits 0 replay short1.pcap --out-file short2.pcap --mtu 576
cmp short1.pcap short2.pcap

exits 0 replay super.pcap --out-file cut.pcap --mtu 1500 --oversize truncate --fix-lengths --report r.json
is r.json packets.changed.truncated "$long"
exits 0 replay super.pcap --out-file skipped.pcap --mtu 1500 --oversize skip --report r.json
is r.json packets.skipped.oversize "$long"
has out "$long too long, as asked"
exits 3 replay super.pcap --out-file fragments.pcap --mtu 1500 --oversize fragment --report r.json
has err "not sent"
exits 1 replay super.pcap --out-file none.pcap --mtu 1500 --oversize fail
has err "--oversize fail: $long of $packets packets are longer than the 1514 bytes"
[[ ! -e none.pcap ]]
exits 2 replay super.pcap --out-file none.pcap --ignore-df
has err "--ignore-df: does nothing without --oversize fragment"
exits 2 replay super.pcap --out-file none.pcap --oversize trim
