#!/usr/bin/env bash
# Files of known but unsupported formats are named, with what to do; so is a capture that is given as a dump.
. "$(dirname "$0")/common.inc"

capture a.pcap 100 101
python3 - <<'PYTHON'
import gzip
pad = bytes(600)
open("x.zip", "wb").write(b"PK\3\4" + pad)
open("x.lz", "wb").write(b"LZIP\1" + pad)
open("x.7z", "wb").write(b"7z\xbc\xaf\x27\x1c" + pad)
open("x.log", "wb").write(b"btsnoop\0" + pad)
open("twice.pcap.gz", "wb").write(gzip.compress(gzip.compress(open("a.pcap", "rb").read())))
PYTHON
tar -cf inner.tar a.pcap && cp inner.tar tarball.pcap && tar -cf outer.tar inner.tar a.pcap

refuses() { # FILE WORDS
  exits 1 map "$1" --dump-json d.json
  has out "$1: byte 0: not a capture file but $2"
  exits 4 replay "$1" --discard
  has err "$1: not a capture file but $2"
  exits 1 verify "$1" --dump-json set.json
  has err "$1: not a capture file but $2"
}
exits 0 map a.pcap --dump-json set.json
refuses x.zip "a zip archive: extract it first (unzip)"
refuses x.lz "lzip data: decompress it first (lzip -d)"
refuses x.7z "a 7z archive"
refuses x.log "a btsnoop capture"
refuses twice.pcap.gz "gzip data: it is compressed twice"
refuses tarball.pcap "a tarball"
refuses set.json "a dump of gophercap map"
exits 3 map outer.tar --file-suffix "" --dump-json d.json
has out "outer.tar!/inner.tar: byte 0: not a capture file but a tarball"

for file in x.zip x.7z; do
  exits 1 tarExtract "$file" --dryrun
  has err "$file: is not a tar archive but a"
done
exits 1 tarExtract a.pcap --dryrun
has err "a.pcap: is not a tar archive but a pcap capture"

exits 1 replay --dump-json a.pcap --discard
has err "a.pcap: not a dump but a pcap capture"
has err "hint: gophercap replay a.pcap plays it without a dump"
exits 1 verify a.pcap --dump-json inner.tar
has err "inner.tar: not a dump but a tarball"
exits 1 replay --dump-json x.zip --discard
has err "x.zip: not a dump but a zip archive"

# A link type with reserved bits is damage, of that capture alone.
python3 - <<'PYTHON'
import struct
with open("wrong.pcap", "wb") as f:
    f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 65536))
    f.write(struct.pack("<IIII", 100, 0, 60, 60) + bytes(60))
PYTHON
exits 3 replay a.pcap wrong.pcap --out-file merged.pcap
has out "link type 65536 can't be written"
[[ $(stat -c %s merged.pcap) -eq $((24 + 2 * 76)) ]]
exits 3 replay wrong.pcap --out-file none.pcap
has out "link type 65536 can't be written"
has out "wrong.pcap: byte 20: the link type, 65536, has reserved bits set"
exits 3 replay wrong.pcap --discard --report sent.json
has out "wrong.pcap: byte 20: the link type, 65536, has reserved bits set"
has sent.json '"offset_bytes": 20'
exits 0 replay wrong.pcap --discard --dryrun
has out "1 file; what comes before the damage is used"
# It can be read, which is all that map is asked for.
exits 0 map wrong.pcap --dump-json wrong.json
has out "wrong.pcap: byte 20: the link type, 65536, has reserved bits set"
