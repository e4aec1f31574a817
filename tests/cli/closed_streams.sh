#!/usr/bin/env bash
# A closed standard stream fails when it is used, with a message and without a hang, and is never mistaken for another
# file.
. "$(dirname "$0")/common.inc"

capture a.pcap
# ends CODE: runs the binary with a time limit and stores its output in ./out and ./err; the caller closes the
# streams.
ends() {
  local expected=$1 status=0
  shift
  timeout 60 "$GOPHERCAP" "$@" || status=$?
  [[ $status -eq $expected ]]
}

ends 1 map - --dump-json x.json 0<&- >out 2>err
grep -qx "gophercap: error: standard input: not open for reading" err
[[ ! -e x.json ]]
ends 1 tarExtract - --out-dir d 0<&- >out 2>err
grep -qx "gophercap: error: standard input: not open for reading" err
[[ ! -e d ]]
ends 0 map a.pcap --dump-json x.json 0<&- >out 2>err
has out "a.pcap"

ends 1 map a.pcap --dump-json y.json >&- 2>err
has err "standard output: Bad file descriptor"
cmp x.json y.json
ends 1 replay a.pcap --out-file - >&- 2>err
has err "Bad file descriptor"

ends 0 map a.pcap --dump-json z.json >out 2>&-
cmp x.json z.json
ends 0 map a.pcap --dump-json w.json 0<&- >out 2>&-
cmp x.json w.json
