#!/usr/bin/env bash
# `version` prints one line in the original's form, also where the configuration is broken.
. "$(dirname "$0")/common.inc"

echo "broken: [" >"$HOME/.go-replay.yaml"
exits 0 version
[[ $(wc -l <out) -eq 1 ]]
grep -qE '^gopherCap [^ ]+$' out
[[ ! -s err ]]
