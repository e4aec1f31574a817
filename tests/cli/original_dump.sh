#!/usr/bin/env bash
# A dump of the original tool is used as a list of files. Its figures (one packet too few, the last time instead of the
# largest, "out of order" for equal times) are not used; the files are mapped again, and a message says so.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
python3 - <<'PY'
import json, struct
def capture(path, seconds):
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for s in seconds:
            data = bytes(12) + b'\x08\x00' + path.encode().ljust(46, b'\0')
            out.write(struct.pack('<IIII', 1600000000 + s, 0, len(data), len(data)) + data)
capture('a.pcap', [0, 2, 4])
capture('b.pcap', [1, 5, 3])
def entry(path, begin, end):
    return {'path': path, 'snaplen': 65535, 'packets': 2, 'size': 180, 'max_packet_size': 60, 'out_of_order': 1,
            'beginning': f'2020-09-13T12:26:4{begin}Z', 'end': f'2020-09-13T12:26:4{end}Z', 'pps': 0.5,
            'duration': 4000000000, 'duration_human': '4s', 'delay': 0, 'delay_human': '0s'}
json.dump({'beginning': '2020-09-13T12:26:40Z', 'end': '2020-09-13T12:26:44Z',
           'files': [entry('b.pcap', 1, 3), entry('a.pcap', 0, 4)]}, open('original.json', 'w'))
PY
"$GOPHERCAP" replay --dump-json original.json --out-file merged.pcap --report report.json >/dev/null 2>words
grep -q 'mapping' words || { echo "not said that the files are mapped again:"; cat words; exit 1; }
python3 - <<'PY'
import json
r = json.load(open('report.json'))
assert r['packets']['read'] == r['packets']['sent'] == 6, r['packets']
assert r['planned_duration_ns'] == 5_000_000_000, r['planned_duration_ns']
PY
# A file that has changed since one of our own dumps was written is mapped again too.
"$GOPHERCAP" map --dir-src . --dump-json ours.json --quiet >/dev/null
cp b.pcap c && truncate -s -60 c && cp c a.pcap
"$GOPHERCAP" replay --dump-json ours.json --out-file second.pcap >/dev/null 2>words && rc=0 || rc=$?
grep -q 'changed' words || { echo "not said that a file has changed:"; cat words; exit 1; }
[[ $rc == 3 ]] || { echo "exit code $rc, not 3, for a file that is cut"; exit 1; }
