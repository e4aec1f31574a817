#!/usr/bin/env bash
# The command line overrides the environment, which overrides the configuration file, which
# overrides defaults.
. "$(dirname "$0")/common.inc"

mkdir set
capture set/a.pcap
cat >c.yaml <<YAML
GLOBAL: {dump: {json: "file.json"}}
map:
  dir: {src: set}
YAML
exits 0 --config c.yaml map
[[ -s file.json ]]
GOPHERCAP_GLOBAL_DUMP_JSON=environment.json exits 0 map --config=c.yaml
[[ -s environment.json ]]
GOPHERCAP_GLOBAL_DUMP_JSON=x.json exits 0 map --config=c.yaml --dump-json line.json
[[ -s line.json && ! -e x.json ]]
# Without --config, the original's file in the home folder is read if it exists.
cp c.yaml "$HOME/.go-replay.yaml"
rm file.json
exits 0 map
[[ -s file.json ]]
GOPHERCAP_MAP_FILE_WORKERS=many exits 2 map
has err 'GOPHERCAP_MAP_FILE_WORKERS: "many" is not a whole number'
