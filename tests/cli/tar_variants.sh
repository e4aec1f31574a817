#!/usr/bin/env bash
# Tarballs as other programs write them, and damaged ones: nothing is lost without a message, and map and tarExtract agree.
. "$(dirname "$0")/common.inc"

mkdir set
for i in 1 2 3; do capture "set/c$i.pcap" "$((100 + i))" "$((120 - i))"; done
python3 - <<'PYTHON'
import io, tarfile
def write(name, members, **options):
    with tarfile.open(name, "w", **options) as tar:
        for path, source, headers in members:
            info = tarfile.TarInfo(path)
            data = open(source, "rb").read()
            info.size, info.pax_headers = len(data), headers
            tar.addfile(info, io.BytesIO(data))
c = [f"set/c{i}.pcap" for i in (1, 2, 3)]
write("plain.tar", [(path, path, {}) for path in c], format=tarfile.USTAR_FORMAT)
write("attribute.tar", [(c[0], c[0], {"SCHILY.xattr.user.x": "a" * 1500000}), (c[1], c[1], {})], format=tarfile.PAX_FORMAT)
write("absolute.tar", [("/a/x.pcap", c[0], {}), ("y.pcap", c[1], {})])
write("both.tar", [("day.pcap", c[0], {}), ("day.pcap/a.pcap", c[1], {})])
plain = open("plain.tar", "rb").read()
second = 512 + (len(open(c[0], "rb").read()) + 511) // 512 * 512
bad = bytearray(plain)
bad[second + 1] ^= 1
open("header.tar", "wb").write(bad)
open("zeros.tar", "wb").write(plain + bytes(777))
open("garbage.tar", "wb").write(plain + b"garbage")
# The length counts characters, so the name would lose its extension.
write("characters.tar", [("d/" + "ü" * 60 + ".pcap", c[0], {}), (c[1], c[1], {})], format=tarfile.PAX_FORMAT)
text = open("characters.tar", "rb").read()
bytes_, characters = ("137 path=d/" + "ü" * 60 + ".pcap\n").encode(), ("077 path=d/" + "ü" * 60 + ".pcap\n").encode()
assert bytes_ in text and len(bytes_) == 137 and len(characters.decode()) == 77
open("characters.tar", "wb").write(text.replace(bytes_, characters))
# A hard link whose pax header is damaged, so its name may be wrong.
with tarfile.open("link.tar", "w", format=tarfile.PAX_FORMAT) as tar:
    data = open(c[0], "rb").read()
    info = tarfile.TarInfo("a.pcap")
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
    info = tarfile.TarInfo("b.pcap")
    info.type, info.linkname, info.pax_headers = tarfile.LNKTYPE, "a.pcap", {"comment": "abc"}
    tar.addfile(info)
text = open("link.tar", "rb").read()
assert b"15 comment=abc\n" in text
open("link.tar", "wb").write(text.replace(b"15 comment", b"16 comment"))
PYTHON

# check TARBALL STATUS FILES: both commands exit with that status and give the same captures.
check() {
  rm -rf o m.json x.json
  exits "$2" map "$1" --dump-json m.json
  cp err map.err
  exits "$2" tarExtract "$1" --out-dir o --map x.json --json
  [[ $(find o -type f | wc -l) -eq $3 ]]
  python3 - "$1" <<'PYTHON'
import json, sys
def files(name, prefix):
    return {f["path"].removeprefix(prefix): f["packets"] for f in json.load(open(name))["files"] if f["packets"]}
mapped, extracted = files("m.json", sys.argv[1] + "!/"), files("x.json", "o/")
assert mapped == extracted and all(mapped.values()), (mapped, extracted)
PYTHON
}
check plain.tar 0 3
check attribute.tar 0 2
check zeros.tar 0 3
check both.tar 0 2
[[ -f o/day.pcap && -f o/day.2.pcap/a.pcap ]]
exits 0 replay --dump-json m.json --topspeed --out-file both.pcap
check absolute.tar 0 2
has map.err "absolute.tar: the leading / was removed from the paths of 1 member"
has out '"absolute_paths":1'
cmp set/c1.pcap o/a/x.pcap
check characters.tar 3 2
has m.json "counts characters"
has out '"members_doubtful":1'
check link.tar 3 2
has m.json "link.tar"
has out '"members_doubtful":1'
check header.tar 3 2
has map.err "header.tar: byte 1024 of the archive: a damaged header; 1024 bytes passed over"
has m.json "a damaged header; 1024 bytes passed over"
has out '"passed_over":{"places":1,"bytes":1024,'
check garbage.tar 3 3
has err "garbage.tar: byte 10240 of the archive: 7 bytes of garbage and no header after it"

# With an index the damage is still reported.
cp m.json before.json
exits 3 map garbage.tar --dump-json m.json
cmp before.json m.json
