#!/usr/bin/env bash
# Help goes to standard output with status 0, fits the width of a terminal, and is the same however it is requested. -h is short:
# one screen.
. "$(dirname "$0")/common.inc"

for command in map replay tarExtract exampleConfig version completion help; do
  exits 0 "$command" --help
  [[ ! -s err ]]
  [[ $(wc -l <out) -le 156 && $(wc -L <out) -le 80 ]]
  cp out expected
  exits 0 --help "$command"
  cmp out expected
  exits 0 help "$command"
  cmp out expected
  exits 0 "$command" -h
  [[ ! -s err ]]
  [[ $(wc -l <out) -le 40 && $(wc -L <out) -le 80 ]]
  has out "gophercap $command --help explains all options"
  cp out expected
  exits 0 -h "$command"
  cmp out expected
done
exits 0 --help
has out "Commands:"
exits 0 map --help
has out "[$(nproc)]"

exits 0 replay --help
for title in "What to replay" "Which packets" "When" "Where to" "Limits and reports" Advanced "Global options"; do has out "$title:"; done

# The version, in the ways that are usual for programs.
exits 0 version
cp out expected
for words in --version -V "replay --version" "-V map"; do
  # shellcheck disable=SC2086
  exits 0 $words
  cmp out expected
done
