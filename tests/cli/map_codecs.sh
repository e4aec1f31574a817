#!/usr/bin/env bash
# A capture compressed by the tool of each codec in pieces that can be decompressed separately: for any number of workers,
# the map is that of the plain file, also if the file is truncated.
. "$(dirname "$0")/common.inc"

python3 - <<'PYTHON'
import random, struct, zlib
random.seed(11)
words = [random.randbytes(random.randrange(2, 30)) for _ in range(500)]
packets = []
for n in range(8000):
    body = b"".join(random.choices(words, k=40))[: random.randrange(60, 600)]
    packets.append(struct.pack("<IIII", 1_600_000_000 + n // 1000, n % 1000 * 1000, len(body), len(body)) + body)
data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(packets)
open("plain.pcap", "wb").write(data)

def member(part, sized):
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(part) + deflate.flush() + struct.pack("<II", zlib.crc32(part), len(part))
    if not sized:
        return bytes.fromhex("1f8b08000000000000ff") + body
    return bytes.fromhex("1f8b08040000000000ff") + struct.pack("<HBBHH", 6, 66, 67, 2, 17 + len(body)) + body

parts = [data[at : at + 65280] for at in range(0, len(data), 65280)]
open("bgzf", "wb").write(b"".join(member(p, True) for p in parts) + member(b"", True))
open("members", "wb").write(b"".join(member(p, False) for p in parts))
PYTHON
split -b 150000 plain.pcap part.
gzip -c plain.pcap >gzip
for part in part.*; do gzip -c "$part"; done >gzips
for part in part.*; do zstd -q -c "$part"; done >zstd_frames
if command -v pzstd >/dev/null; then pzstd -q -p 2 -1 -c plain.pcap >pzstd; fi
lz4 -q -c plain.pcap >lz4_4M
lz4 -q -c -B4 -BX plain.pcap >lz4_64K
lz4 -q -c -BD -B5 plain.pcap >lz4_dependent
lz4 -q -c -l plain.pcap >lz4_legacy
xz -0 -T2 --block-size=300000 -c plain.pcap >xz_blocks
bzip2 -c plain.pcap >bzip2

# facts FILE WORKERS: prints what the map says about packets and damage, and its exit status.
facts() {
  local status=0
  "$GOPHERCAP" map "$1" --file-suffix "" --file-workers "$2" --dump-json dump.json >out 2>err || status=$?
  grep -vE '"(path|file_size_bytes|mtime|compression)":' dump.json
  echo "exit status $status"
}

facts plain.pcap 1 >expected
has expected "exit status 0"
has expected '"packets": 8000'
for file in bgzf members gzip gzips zstd_frames pzstd lz4_4M lz4_64K lz4_dependent lz4_legacy xz_blocks bzip2; do
  [[ -e $file ]] || continue
  for workers in 1 2 5; do
    facts $file $workers >got
    cmp expected got
  done
  # Two blocks of the legacy format are a complete file, as is a file cut after a frame. The status may be any, but must
  # not depend on the number of workers.
  size=$(stat -c %s $file)
  for cut in $((size / 3)) $((size - 1)); do
    head -c $cut $file >cut
    facts cut 1 >one
    facts cut 4 >four
    cmp one four
    not cmp -s expected one
  done
done
