#!/usr/bin/env bash
# What a job writes at its end has its place at the beginning: where there is none, that is said before hours are spent.
. "$(dirname "$0")/common.inc"

capture a.pcap
tar -cf set.tar a.pcap
mkfifo never
exec 7<>never # it brings nothing, and does not end
for words in "map - --dump-json missing/d.json" "tarExtract set.tar --out-dir new --map missing/d.json" \
  "replay a.pcap --out-file missing/sent.pcap" "replay a.pcap --discard --report missing/r.json" "map a.pcap --dump-json ."; do
  status=0
  # shellcheck disable=SC2086
  timeout 60 "$GOPHERCAP" $words <never 7>&- >out 2>err || status=$?
  [[ $status -eq 1 ]] || { echo "$words: exit status $status" >&2 && cat err >&2 && exit 1; }
  grep -qE 'missing.*: No such file or directory|error: \.: Is a directory' err
  not grep -q "sent" out
  [[ ! -e new/a.pcap ]]
done
# A folder that is still to be extracted will be one.
mkdir d
capture d/b.pcap
tar -cf d.tar d
exits 0 tarExtract d.tar --out-dir new --map new/d/d.json
has new/d/d.json b.pcap
# Until then the hidden file is there, and goes with a run that is stopped.
"$GOPHERCAP" map - --dump-json d.json <never 7>&- >out 2>err &
mapping=$!
for _ in {1..100}; do ! compgen -G ".d.json.$mapping-*.part" >part || break; sleep 0.1; done
[[ -f $(cat part) ]]
kill -s TERM "$mapping"
ends_by TERM "$mapping"
[[ -z $(find . -name '.*.part') && ! -e d.json ]]
