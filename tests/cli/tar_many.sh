#!/usr/bin/env bash
# A hundred thousand members, some with the same name, in little memory.
. "$(dirname "$0")/common.inc"

# A build with sanitizers delays the reuse of freed memory and needs shadow memory, so its memory use says nothing
# about the tool.
limit_mib=64 members=100000
if grep -aqE '__(asan|tsan)_init' "${GOPHERCAP:?}"; then limit_mib=8192 members=10000; fi

python3 - $members <<'PYTHON'
import io, sys, tarfile
with tarfile.open("many.tar.gz", "w:gz", compresslevel=1) as tar:
    members = int(sys.argv[1])
    for i in range(members):
        name = i % (members // 100 * 99)
        info = tarfile.TarInfo(f"d{name % 97}/member-{name}.pcap")
        data = str(i).encode()
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
PYTHON
# A process inherits the peak memory of its parent, so this one stays small until it has looked.
python3 - "$GOPHERCAP" $limit_mib $members <<'PYTHON'
import json, os, resource, subprocess, sys
members = int(sys.argv[3])
def run(result, *arguments):
    with open(result, "wb") as file:
        subprocess.run([sys.argv[1], "tarExtract", "--in-tarball", "many.tar.gz", "--quiet", "--json", *arguments],
                       stdout=file, stderr=subprocess.DEVNULL, check=True)
run("list.json", "--dryrun")
run("report.json", "--out-dir", "o", "--out-gzip", "--level", "fast")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak, "KiB")
assert peak < int(sys.argv[2]) << 10, peak
assert len(json.load(open("list.json"))["members"]) == members
report = json.load(open("report.json"))
assert report["files"] == members, report
names = sum(len(files) for _, _, files in os.walk("o"))
assert names == members, names
PYTHON
