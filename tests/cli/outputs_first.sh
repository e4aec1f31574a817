#!/usr/bin/env bash
# An unusable location of an output is reported at the beginning of the job, not after hours.
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
# A folder that is still to be extracted is accepted.
mkdir d
capture d/b.pcap
tar -cf d.tar d
exits 0 tarExtract d.tar --out-dir new --map new/d/d.json
has new/d/d.json b.pcap
# Until then there is a hidden file, which is removed if the run is stopped.
"$GOPHERCAP" map - --dump-json d.json <never 7>&- >out 2>err &
mapping=$!
for _ in {1..100}; do ! compgen -G ".d.json.$mapping-*.part" >part || break; sleep 0.1; done
[[ -f $(cat part) ]]
kill -s TERM "$mapping"
ends_by TERM "$mapping"
[[ -z $(find . -name '.*.part') && ! -e d.json ]]
