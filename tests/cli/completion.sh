#!/usr/bin/env bash
# The bash script completes commands, options, values and files; the scripts for other shells are checked by these shells if
# they are installed.
. "$(dirname "$0")/common.inc"

exits 0 completion bash
mv out gophercap.bash
# shellcheck disable=SC1091
. ./gophercap.bash

# completes WORD...: prints the completions of the last word in one line.
completes() {
  COMP_WORDS=(gophercap "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _gophercap 2>/dev/null
  echo "${COMPREPLY[*]}"
}
mkdir folder
touch file.pcap
[[ $(completes re) == replay ]]
[[ $(completes map --file-w) == --file-workers ]]
[[ $(completes map --topsp) == "" ]]
[[ $(completes --vers) == --version && $(completes replay -) == *" -V"* ]]
[[ $(completes --dump-json map replay --topsp) == --topspeed ]]
[[ $(completes replay --out-format pcapn) == pcapng ]]
[[ $(completes replay --out-format = pcapn) == pcapng ]]
[[ $(completes map --dir-src f) == folder ]]
[[ $(completes replay --out-interface l) == *lo* ]]
[[ $(completes map fi) == file.pcap ]]
[[ $(completes completion f) == fish ]]
[[ $(completes help exa) == exampleConfig ]]
for shell in zsh fish; do
  exits 0 completion $shell
  if command -v $shell >/dev/null; then $shell -n out; fi
done
