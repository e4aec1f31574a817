#!/usr/bin/env bash
# Wrong usage gives exit status 2, an error and, if one can be guessed, a hint, all on standard error.
. "$(dirname "$0")/common.inc"

exits 2
[[ ! -s out ]]
has err "usage: gophercap COMMAND"
exits 2 rpelay
has err "gophercap: error: rpelay: unknown command"
has err "hint: did you mean replay?"
exits 2 eve2filter --path-eve x
has err "gophercap: error: eve2filter: not in this version yet"
exits 2 map --file-wokers 3 .
has err "gophercap: error: --file-wokers: unknown option"
has err "hint: did you mean --file-workers?"
exits 2 replay --loop-count x
has err 'gophercap: error: --loop-count: "x" is not a whole number'
exits 2 map
has err "gophercap: error: map: needs a PATH or --dir-src"
exits 2 map . --file-regexp '('
exits 2 version x
exits 2 help nothing
exits 2 completion csh
exits 2 replay --out-file a --out-interface lo
exits 2 replay --out-file - --json
[[ ! -s out ]]

# Options of tcpreplay and tcpdump are answered with ours.
exits 2 replay -i veth0 a.pcap
has err "hint: did you mean --out-interface IF?"
exits 2 -i veth0 -x 2 replay a.pcap
has err "hint: did you mean --time-modifier X?"
exits 2 replay -r a.pcap
has err "hint: captures are given without an option: gophercap replay FILE"
