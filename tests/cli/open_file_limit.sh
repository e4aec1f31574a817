#!/usr/bin/env bash
# Too few open files are not damage of the captures: no dump is written, and the error says what to
# do.
. "$(dirname "$0")/common.inc"

mkdir d
capture d/a.pcap
capture d/b.pcap
exits 0 map d --dump-json d.json
# limited ARGUMENT...: runs it with as many descriptors as it needs itself: the standard streams and two of its
# own.
limited() {
  python3 - "$GOPHERCAP" "$@" <<'PYTHON'
import os, resource, sys
os.closerange(3, 256)
resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))
os.execv(sys.argv[1], sys.argv[1:])
PYTHON
}
for words in "map d" "map d/a.pcap d/b.pcap" "replay d/a.pcap --discard"; do
  status=0
  # shellcheck disable=SC2086
  limited $words --dump-json fd.json >out 2>err || status=$?
  [[ $status -eq 1 ]]
  has err "Too many open files"
  has err "hint: raise the limit of open files: ulimit -n"
  [[ ! -e fd.json ]]
done
