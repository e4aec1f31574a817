#!/usr/bin/env bash
# The manual page is valid roff and has every option.
. "$(dirname "$0")/common.inc"

exits 0 man
mv out gophercap.1
command -v groff >/dev/null || skip "groff is not installed"
groff -man -ww -Tascii -P-cbou gophercap.1 >page 2>warnings
[[ ! -s warnings ]]
for command in map replay exampleConfig; do
  exits 0 "$command" --help
  for option in $(grep -oE -- '^  +(-[hV], )?--[a-z-]+' out | grep -oE -- '--[a-z-]+'); do has page "$option"; done
done
for title in "What to replay" "Limits and reports"; do has page "$title"; done
