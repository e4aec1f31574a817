#!/usr/bin/env bash
# Nested folders cost no more than members do: paths that are too deep or too long are refused and counted, by map too.
. "$(dirname "$0")/common.inc"

python3 - <<'PYTHON'
import io, tarfile
def member(tar, path, kind, data=b""):
    info = tarfile.TarInfo(path)
    info.type, info.size, info.mode = kind, len(data), 0o755
    tar.addfile(info, io.BytesIO(data))
# A folder for each level; then files that alternate between two deep folders; then one name longer than a path.
with tarfile.open("deep.tar.gz", "w:gz", format=tarfile.GNU_FORMAT) as tar:
    for level in range(1, 2001):
        member(tar, "/".join(["d"] * level), tarfile.DIRTYPE)
    for i in range(40):
        member(tar, "/".join([("a", "b")[i % 2]] * 2048) + f"/{i}.pcap", tarfile.REGTYPE, b"x")
    member(tar, "n" * 5000 + ".pcap", tarfile.REGTYPE, b"x")
PYTHON
exits 3 tarExtract deep.tar.gz --out-dir o --json
has out '"folders":256'
has out '"too_deep":1744'
has out '"path_too_long":41'
has err "/...: not extracted: it lies more than 256 levels deep"
[[ $(find o | wc -l) -eq 257 ]]

exits 1 map deep.tar.gz --dump-json set.json
has err "41 members are left out: its path, or where it leads, is longer than 4,095 bytes"
