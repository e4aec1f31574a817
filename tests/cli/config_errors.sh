#!/usr/bin/env bash
# Errors in a configuration are reported with file and line; keys that this version does not use only cause a
# warning.
. "$(dirname "$0")/common.inc"

capture a.pcap
printf 'map:\n  file:\n    wokers: 2\n' >typo.yaml
exits 2 --config typo.yaml map a.pcap --dump-json d.json
has err "gophercap: error: typo.yaml:3: map.file.wokers: unknown key"
has err "hint: did you mean map.file.workers?"
[[ ! -e d.json ]]
printf 'replay:\n  loop:\n    count: often\n' >value.yaml
exits 2 --config value.yaml map a.pcap
has err 'value.yaml:3: replay.loop.count: "often" is not a whole number'
exits 2 --config none.yaml map a.pcap
has err "none.yaml: No such file or directory"
printf 'extract:\n  event: x\nfilter:\n  workers: 3\n' >later.yaml
exits 0 --config later.yaml map a.pcap --dump-json d.json
has err "warning: later.yaml: not used by this version: extract.event, filter.workers"
