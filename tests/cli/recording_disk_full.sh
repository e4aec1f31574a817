#!/usr/bin/env bash
# A recording that is not completed: no packet counts as sent that is in no file.
. "$(dirname "$0")/common.inc"

# shellcheck disable=SC2046
capture a.pcap $(seq 100 8000)

# account FILE SENT: what the report says about 7901 packets.
account() {
  python3 - "$@" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
packets, least, most = report["packets"], *map(int, sys.argv[2:4])
assert packets["read"] == 7901 and packets["balanced"], packets
assert least <= packets["sent"] <= most and packets["sent_bytes"] == 60 * packets["sent"], packets
assert packets["sent"] + packets["unsent_at_stop"] == 7901 and report["loops_done"] == 0, report
PYTHON
}

for format in pcap pcapng; do
  # The file system does not accept a file of that size.
  status=0
  (trap '' XFSZ; ulimit -f 300; exec "$GOPHERCAP" replay a.pcap --out-file all.$format --out-format $format --report r.json >out 2>err) || status=$?
  [[ $status -eq 1 && ! -e all.$format ]]
  has out "sent    0 packets"
  has out "unsent  7,901 packets"
  account r.json 0 0

  # A full device; in a pipe, packets that the reader took count as sent.
  exits 1 replay a.pcap --out-file /dev/full --out-format $format --report r.json
  has err "No space left on device"
  account r.json 0 0
  status=0
  "$GOPHERCAP" replay a.pcap --out-file - --out-format $format --report r.json 2>err | head -c 300000 >got || status=$?
  if [[ $(wc -c <got) -eq 300000 && -s r.json ]]; then account r.json 2000 7900; fi
done
exits 0 replay a.pcap --out-file all.pcap --report r.json
has out "sent    7,901 packets"

# Compressed: more of it fits, until nothing does. Of what went into a pipe whole blocks are counted: these can be decompressed.
python3 - <<'PYTHON'
import random, struct
random.seed(1)
with open("noise.pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for n in range(7901):
        f.write(struct.pack("<IIII", n, 0, 560, 560) + random.randbytes(560))
PYTHON
# balanced LEAST MOST: so many were sent, says the report, and all others were not.
balanced() {
  python3 - "$@" <<'PYTHON'
import json, sys
packets = json.load(open("r.json", encoding="utf-8"))["packets"]
assert packets["balanced"] and int(sys.argv[1]) <= packets["sent"] <= int(sys.argv[2]), packets
assert packets["sent"] + packets["unsent_at_stop"] == packets["read"], packets
PYTHON
}
mkfifo pipe.gz pipe.zst
for ending in gz zst; do
  status=0
  (trap '' XFSZ; ulimit -f 300; exec "$GOPHERCAP" replay noise.pcap --out-file all.pcap.$ending --report r.json >out 2>err) || status=$?
  [[ $status -eq 1 && ! -e all.pcap.$ending && -z $(find . -name '.all*') ]]
  has err "File too large"
  balanced 0 0
  ln -s /dev/full full.$ending
  exits 1 replay noise.pcap --out-file full.$ending --report r.json
  has err "No space left on device"
  balanced 0 0
  head -c 2000000 <pipe.$ending >got &
  status=0
  "$GOPHERCAP" replay noise.pcap --out-file pipe.$ending --report r.json >out 2>err || status=$?
  wait $!
  [[ $status -eq 1 ]]
  balanced 1 3700
done
