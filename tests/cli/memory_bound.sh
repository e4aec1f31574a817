#!/usr/bin/env bash
# However many captures overlap, and whatever their codecs need, a process stays within --memory plus 64 MiB, and the output is
# that of a run with unlimited memory.
. "$(dirname "$0")/common.inc"
# Sanitizers delay the reuse of freed memory and need shadow memory, so the figure is meaningless
# there.
if grep -aqE '__(asan|tsan)_init' "$GOPHERCAP"; then skip "built with a sanitizer"; fi

cat >make.py <<'PYTHON'
import os, random, struct, subprocess
random.seed(5)
words = [random.randbytes(random.randrange(8, 40)) for _ in range(400)]
codecs = {"gz": "gzip -6", "zst": "zstd -q -19", "lz4": "lz4 -q -B7", "xz": "xz -6", "bz2": "bzip2 -9"}

def capture(packets):
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for n in range(packets):
        body = b"".join(random.choices(words, k=60))[:1400]
        out.append(struct.pack("<IIII", 1_600_000_000 + n, 0, len(body), len(body)) + body)
    return b"".join(out)

for count, packets in (1, 400), (40, 400), (400, 90):
    os.mkdir(f"{count}")
    with open("body", "wb") as body: body.write(capture(packets))
    for place, (ending, command) in enumerate(reversed(codecs.items())):
        with open("body", "rb") as body, open(f"body.{ending}", "wb") as out:
            subprocess.run(command.split() + ["-c"], stdin=body, stdout=out, check=True)
        for n in range(place, count, len(codecs)):
            os.link(f"body.{ending}", f"{count}/{n:03d}.pcap.{ending}")
        os.remove(f"body.{ending}")
PYTHON
python3 make.py
tar cf - 40 | zstd -q -9 >set.tar.zst

# peak_below MIB ARGUMENT...: runs the binary, which must succeed, and checks its peak memory.
cat >peak.py <<'PYTHON'
import os, sys
limit, command = int(sys.argv[1]), sys.argv[2:]
pid = os.posix_spawn(command[0], command, os.environ)
_, status, used = os.wait4(pid, 0)
peak = used.ru_maxrss // 1024
print(f"{peak:5} MiB of {limit}: {' '.join(command[1:])}", file=sys.stderr)
sys.exit(0 if os.waitstatus_to_exitcode(status) == 0 and peak <= limit else 1)
PYTHON
peak_below() { python3 peak.py "$1" "$GOPHERCAP" "${@:2}" --quiet >/dev/null; }

for count in 1 40 400; do
  peak_below 128 map $count --memory 64M --dump-json $count.json
  exits 0 replay --dump-json $count.json --out-file wanted.pcap --memory 4G
  peak_below 128 replay --dump-json $count.json --out-file got.pcap --memory 64M
  cmp wanted.pcap got.pcap
  [[ $count == 40 ]] || continue
  peak_below 128 replay 40 --out-file got.pcap --memory 64M --loop-count 2 --reorder
  xz -1 -c wanted.pcap >arrived.xz
done
for ending in gz zst; do peak_below 128 replay --dump-json 400.json --out-file got.pcap.$ending --memory 64M; done
gzip -dc got.pcap.gz | cmp - got.pcap
zstd -dcq got.pcap.zst | cmp - got.pcap
peak_below 192 verify arrived.xz --dump-json 40.json --memory 128M
peak_below 128 tarExtract set.tar.zst --out-dir extracted --map extracted.json --memory 64M
cmp <(cd extracted/40 && ls) <(cd 40 && ls)
peak_below 128 map set.tar.zst --dump-json members.json --memory 64M

# The cost is reported before the start; if it is unreasonable, the set is refused.
exits 0 replay --dump-json 40.json --dryrun --memory 64M
has err "they take turns, and are decompressed again from an earlier place"
exits 2 replay --dump-json 40.json --discard --memory 2M
has err "--memory: 48 files are needed at once"
has err " would do"
