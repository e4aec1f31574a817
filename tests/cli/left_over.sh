#!/usr/bin/env bash
# What kill -9 leaves of an output is removed by the next run that writes the same output; a file that another run is
# writing stays.
. "$(dirname "$0")/common.inc"

# begin FILE: starts an endless replay into it and sets $writer to its process id.
begin() {
  "$GOPHERCAP" replay --dump-json d.json --out-file "$1" --loop-infinite --quiet >out 2>err &
  writer=$!
  for _ in {1..100}; do
    compgen -G ".$1.$writer-*.part" >parts && return 0
    sleep 0.1
  done
  echo "nothing is written to $1" >&2
  return 1
}

mkdir set
capture set/a.pcap
tar -cf set.tar set
exits 0 map set --dump-json d.json
begin sent.pcap.gz
kill -s KILL "$writer"
wait "$writer" || true
[[ -f $(cat parts) ]]
killed=$(cat parts)

# As other outputs are left behind.
touch .d.json.1-1.part .set.tar.index.1-1.part .r.json.1-1.part .n.yaml.1-1.part .foreign.1-1.part
begin other.pcap
exits 0 replay --dump-json d.json --out-file sent.pcap.gz --report r.json
[[ ! -e $killed ]]
exits 0 replay --dump-json d.json --out-file other.pcap
[[ -e $(cat parts) ]] # the first one still writes it
kill -s TERM "$writer"
ends_by TERM "$writer"
exits 0 map set.tar --dump-json d.json
exits 0 exampleConfig --config n.yaml
left=$(find . -name '.*.part')
[[ $left = ./.foreign.1-1.part ]] || { echo "left: $left" >&2 && exit 1; }
