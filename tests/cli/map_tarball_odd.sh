#!/usr/bin/env bash
# Unusual or damaged tarballs and indexes, and unusual selections.
. "$(dirname "$0")/common.inc"

mkdir set
for i in 1 2 3; do capture "set/c$i.pcap" "$((100 + i))" "$((120 - i))"; done
ln set/c1.pcap set/hard.pcap
ln -s c2.pcap set/soft.pcap
tar -cf s.tar set/c1.pcap set/c2.pcap set/c3.pcap set/hard.pcap set/soft.pcap
packets() { "$GOPHERCAP" replay "$@" --topspeed --quiet --out-file p.pcap >/dev/null 2>err && sha256sum <p.pcap; }

# Links are known whatever was mapped first.
exits 0 map s.tar --file-regexp 'hard|soft' --dump-json links.json
[[ $(grep -c '"member"' links.json) -eq 2 ]]
exits 0 map s.tar --dump-json all.json
[[ $(grep -c '"member"' all.json) -eq 5 ]]
rm s.tar.index
exits 0 replay --dump-json links.json --topspeed --out-file links.pcap

# A member that is given together with its tarball is listed once.
exits 0 map s.tar 's.tar!/set/hard.pcap' --dump-json twice.json
[[ $(grep -c '"member"' twice.json) -eq 5 ]]

# The tarball is an input and must not be changed.
before=$(sha256sum <s.tar)
exits 2 replay --dump-json all.json --topspeed --out-file s.tar
[[ $(sha256sum <s.tar) == "$before" ]]

# An index with a changed byte is made anew.
good=$(packets --dump-json all.json)
for change in "members SET archive_offset = archive_offset + 512" "members SET extents = x'00'" "members SET size_bytes = 3" \
  "archive SET plain_bytes = 7"; do
  python3 -c 'import sqlite3, sys; c = sqlite3.connect("s.tar.index"); c.execute("UPDATE " + sys.argv[1]); c.commit()' "$change"
  [[ $(packets --dump-json all.json) == "$good" ]]
  exits 0 map s.tar --dump-json again.json
  cmp all.json again.json
done
head -c 5000 /dev/urandom >s.tar.index
exits 0 map s.tar --dump-json again.json
cmp all.json again.json
rm s.tar*.index

# One contradictory member does not affect the others; an endless hole ends.
python3 - <<'PYTHON'
import io, tarfile
with tarfile.open("odd.tar", "w", format=tarfile.PAX_FORMAT) as tar:
    def add(name, data, headers):
        info = tarfile.TarInfo(name)
        info.size, info.pax_headers = len(data), headers
        tar.addfile(info, io.BytesIO(data))
    plain = open("set/c1.pcap", "rb").read()
    add("a.pcap", plain, {})
    add("odd.pcap", bytes(1024), {"GNU.sparse.map": "1024,512,0,512", "GNU.sparse.size": "4096", "GNU.sparse.numblocks": "2"})
    add("hole.pcap", plain, {"GNU.sparse.map": f"0,{len(plain)}", "GNU.sparse.size": str(1 << 60), "GNU.sparse.numblocks": "1"})
    add("b.pcap", plain, {})
PYTHON
status=0
timeout 60 "$GOPHERCAP" map odd.tar --dump-json odd.json --quiet >out 2>err || status=$?
[[ $status -eq 3 ]]
has odd.json '"path": "odd.tar!/a.pcap"'
has odd.json '"path": "odd.tar!/b.pcap"'
timeout 60 "$GOPHERCAP" tarExtract odd.tar --out-dir o --map m.json --quiet >out 2>err || status=$?
[[ $status -eq 3 ]]
