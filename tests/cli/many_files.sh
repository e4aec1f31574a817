#!/usr/bin/env bash
# 10,000 captures, one after the other and all at the same time, are mapped and merged in the right order with 256
# descriptors and 256 MiB.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
ulimit -n 256
limit_mib=256
# AddressSanitizer delays the reuse of freed memory and needs shadow memory, so the figure is meaningless
# there.
if grep -aqE '__(asan|tsan)_init' "${GOPHERCAP:?}"; then limit_mib=8192; fi
python3 - "$work" "$GOPHERCAP" $limit_mib <<'PY'
import os, resource, struct, subprocess, sys
work, gophercap, limit_mib = sys.argv[1], sys.argv[2], int(sys.argv[3])
files, packets, base = 10_000, 5, 1_600_000_000

def frame(f, n):
    return bytes(12) + b'\x88\xb5' + struct.pack('<II', f, n) + bytes(42)

def make(folder, time_of):
    expected = []
    for f in range(files):
        path = f'{folder}/{f % 100:02d}/w{f:05d}.pcap'
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as out:
            out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for n in range(packets):
                micros, data = time_of(f, n), frame(f, n)
                out.write(struct.pack('<IIII', base + micros // 10**6, micros % 10**6, len(data), len(data)) + data)
                expected.append((micros, path, n, data))
    expected.sort(key=lambda e: e[:3])
    return [e[3] for e in expected]

def read(path):
    with open(path, 'rb') as f: b = f.read()
    assert b[:4] == b'\x4d\x3c\xb2\xa1', b[:4]
    p, out = 24, []
    while p < len(b):
        n = struct.unpack_from('<I', b, p + 8)[0]
        out.append(b[p + 16:p + 16 + n]); p += 16 + n
    return out

sets = {'disjoint': lambda f, n: ((f * 7919) % files) * 1000 + n,   # their order in time is not that of their names
        'overlapping': lambda f, n: n * 1_000_000 + (f * 7919) % 5000}
for name, time_of in sets.items():
    folder = f'{work}/{name}'
    expected = make(folder, time_of)
    run = [gophercap, 'replay', folder, '--out-file', f'{work}/{name}.out', '--quiet']
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    got = read(f'{work}/{name}.out')
    assert got == expected, f'{name}: {len(got)} packets, order or contents differ'
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
assert peak < limit_mib, f'peak memory {peak} MiB'
print(f'peak memory {peak} MiB')
PY
