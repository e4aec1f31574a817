#!/usr/bin/env bash
# Help goes to standard output, exits 0, fits a terminal's width and is the same however it is asked for.
. "$(dirname "$0")/common.inc"

for command in map replay tarExtract exampleConfig version completion help; do
  exits 0 "$command" --help
  [[ ! -s err ]]
  [[ $(wc -l <out) -le 80 && $(wc -L <out) -le 80 ]]
  cp out expected
  exits 0 -h "$command"
  cmp out expected
  exits 0 help "$command"
  cmp out expected
done
exits 0 --help
has out "Commands:"
exits 0 map --help
has out "[$(nproc)]"
