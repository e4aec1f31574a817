#!/usr/bin/env bash
# `version` prints one line in the original's form, even if the configuration is invalid.
. "$(dirname "$0")/common.inc"

echo "broken: [" >"$HOME/.go-replay.yaml"
exits 0 version
[[ $(wc -l <out) -eq 1 ]]
grep -qE '^gopherCap [^ ]+$' out
[[ ! -s err ]]
