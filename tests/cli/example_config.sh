#!/usr/bin/env bash
# exampleConfig writes a file that loads and changes nothing, and does not overwrite an existing
# file without --force.
. "$(dirname "$0")/common.inc"

exits 0 exampleConfig
cp out expected
exits 0 example-config --config new.yaml
cmp new.yaml expected
exits 1 exampleConfig --config new.yaml
has err "new.yaml: exists already"
echo "old: 1" >new.yaml
exits 0 exampleConfig --config new.yaml --force
cmp new.yaml expected

capture a.pcap
exits 0 map a.pcap --dump-json plain.json
exits 0 map a.pcap --dump-json configured.json --config new.yaml
[[ ! -s err ]]
cmp plain.json configured.json
exits 1 exampleConfig --config no/such/folder.yaml
