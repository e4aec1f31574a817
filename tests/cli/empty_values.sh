#!/usr/bin/env bash
# An empty name on the command line comes from an unset variable and is refused: a replay meant for a file must not go
# to an interface. Where empty means "all", it is allowed, and a configuration may leave names empty.
. "$(dirname "$0")/common.inc"

capture a.pcap
mkdir set
capture set/b
exits 0 map a.pcap --dump-json set.json
for arguments in "replay a.pcap --out-file=" "replay a.pcap --out-interface=" "replay a.pcap --discard --report=" \
  "replay --discard --dump-json=" "map a.pcap --dump-json=" "map --dir-src=" "tarExtract --in-tarball=" \
  "tarExtract set.tar --out-dir=" "tarExtract set.tar --out-dir x --map=" "verify a.pcap --dump-json=" \
  "verify a.pcap --dump-json set.json --report=" "map a.pcap --config=" "exampleConfig --config="; do
  # shellcheck disable=SC2086
  exits 2 $arguments
  has err ": needs a value: "
  [[ ! -s out ]]
done
exits 2 replay a.pcap --out-file ""
has err "gophercap: error: --out-file: needs a value: FILE"
has err "hint: the value is empty: is a variable not set?"

# Empty paths are refused too.
for command in map "map set" replay verify tarExtract; do
  # shellcheck disable=SC2086
  exits 2 $command ""
  has err ": a path is empty"
done

exits 0 replay a.pcap --discard --file-regexp "" --out-bpf "" --time-from ""
exits 0 map set --file-suffix "" --file-regexp "" --dump-json x.json
cat >c.yaml <<YAML
replay:
  out: {file: "", interface: none0}
  report: ""
YAML
exits 0 replay a.pcap --config c.yaml --discard
GOPHERCAP_REPLAY_REPORT="" exits 0 replay a.pcap --discard
