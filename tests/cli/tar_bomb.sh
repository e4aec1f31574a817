#!/usr/bin/env bash
# Input that expands enormously ends an extraction with an error that names the option for the limit; complete
# files stay.
. "$(dirname "$0")/common.inc"

python3 - <<'PYTHON'
import io, tarfile
with tarfile.open("hole.tar", "w", format=tarfile.PAX_FORMAT) as tar:
    def add(path, data, **headers):
        info = tarfile.TarInfo(path)
        info.size, info.pax_headers = len(data), headers
        tar.addfile(info, io.BytesIO(data))
    add("before.pcap", b"x" * 5000)
    add("hole.pcap", b"x" * 512, **{"GNU.sparse.map": "0,512", "GNU.sparse.numblocks": "1",
                                    "GNU.sparse.size": str(1 << 40), "GNU.sparse.name": "hole.pcap"})
PYTHON
for packing in --out-gzip --out-zstd; do
  rm -rf o
  exits 1 tarExtract hole.tar --out-dir o $packing
  has err "--max-ratio"
  [[ $(cd o && find . -type f) == ./before.pcap.* ]]
done
# Scanning it is refused, and so is a hole when what is extracted is mapped.
exits 1 map hole.tar --dump-json set.json
has err "2 of 2 files damaged"

exits 1 tarExtract hole.tar --out-dir p --max-output 5k
has err "--max-output"
[[ $(cd p && find . -type f) == ./before.pcap ]]
exits 2 tarExtract hole.tar --out-dir p --max-ratio -1
has err "--max-ratio"
tar -cf plain.tar p
exits 0 tarExtract plain.tar --out-dir q --max-output 5M --max-ratio 0
