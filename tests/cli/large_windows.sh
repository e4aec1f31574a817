#!/usr/bin/env bash
# A frame header may request a window of gigabytes. More than 128 MiB are used only if --memory allows it; the error of every
# command names the file, the size and the option.
. "$(dirname "$0")/common.inc"

python3 - <<'PYTHON'
import io, struct, tarfile

def zstd(window_log, data):  # one raw block
    return bytes.fromhex("28b52ffd00") + bytes([(window_log - 10) << 3]) + struct.pack("<I", len(data) << 3 | 1)[:3] + data

def tar(name, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()

capture = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
capture += b"".join(struct.pack("<IIII", 100 + n, 0, 60, 60) + bytes(range(60)) for n in range(3))
open("allowed.pcap.zst", "wb").write(zstd(27, capture))
open("large.pcap.zst", "wb").write(zstd(31, capture))
open("large.tar.zst", "wb").write(zstd(31, tar("a.pcap", capture)))
open("inner.tar", "wb").write(tar("a.pcap.zst", zstd(31, capture)))
PYTHON

refusal='zstd data needs a window of 2 GiB: more than 128 MiB is only given if --memory says so (--memory 3G)'

exits 0 map allowed.pcap.zst --dump-json allowed.json
exits 3 map allowed.pcap.zst large.pcap.zst --dump-json both.json
has out "large.pcap.zst: $refusal"
has both.json '"code": "memory_bound"'
exits 3 map allowed.pcap.zst large.tar.zst --dump-json d.json
has out "$refusal"
exits 3 map allowed.pcap.zst inner.tar --dump-json d.json
has out "inner.tar!/a.pcap.zst: $refusal"
# With several workers and one file, pieces are decompressed separately; the result is the same.
exits 1 map large.pcap.zst --file-workers 4 --dump-json d.json
has out "$refusal"

exits 3 replay allowed.pcap.zst large.pcap.zst --discard
has out "large.pcap.zst: $refusal"
exits 3 verify allowed.pcap.zst --dump-json both.json
has out "large.pcap.zst: $refusal"
exits 1 verify large.pcap.zst --dump-json allowed.json
has err "large.pcap.zst: $refusal"
exits 1 tarExtract large.tar.zst --out-dir out.d
has err "large.tar.zst: $refusal"
"$GOPHERCAP" tarExtract inner.tar --out-dir extracted --map d.json >out 2>err || true
has d.json "$refusal"

# If --memory allows it, the window is used, provided that the machine has that much.
[[ $(awk '/^CommitLimit/ { limit = $2 } /^MemFree/ { free = $2 } END { print (limit > 6e6 && free > 3e6) }' /proc/meminfo) == 1 ]] || skip "too little memory for the rest"
exits 1 map large.pcap.zst --memory 1G --dump-json d.json
has out "zstd data needs 2.0 GiB to be decompressed: there is a bound of 1 GiB (--memory 3G)"
exits 0 map large.pcap.zst --memory 3G --dump-json large.json
exits 0 replay --dump-json large.json --discard --memory 3G
exits 0 verify large.pcap.zst --dump-json large.json --memory 3G
exits 0 tarExtract large.tar.zst --out-dir whole --memory 3G
cmp whole/a.pcap <(tail -c +10 allowed.pcap.zst)
export GOPHERCAP_MAP_MEMORY=3G
exits 0 map large.pcap.zst --dump-json d.json
