#!/usr/bin/env bash
# A capture that the system does not let be read is not damaged: table, warning, dump and report say so, with the
# cause.
. "$(dirname "$0")/common.inc"

[[ $EUID -eq 0 ]] || skip "needs root, to become somebody who may not read"
command -v setpriv >/dev/null || skip "no setpriv"
mkdir set && capture set/a.pcap && capture set/secret.pcap 200 && cp "$GOPHERCAP" gophercap
chmod 0600 set/secret.pcap
chmod -R a+rX . && chmod 0600 set/secret.pcap && mkdir -m 0777 out

nobody() { (cd out && setpriv --reuid 65534 --regid 65534 --clear-groups "$work/gophercap" "$@" >"$work/words" 2>"$work/err"); }
setpriv --reuid 65534 --regid 65534 --clear-groups test -r set/a.pcap || skip "nobody can't reach this folder"

status=0
nobody map ../set --dump-json dump.json || status=$?
[[ $status -eq 3 ]]
has words "unread, empty"
has words "../set/secret.pcap: Permission denied"
has err "not read to the end: ../set/secret.pcap: Permission denied"
has out/dump.json '"unread": {'
not grep -qi damage words err out/dump.json

status=0
nobody replay --dump-json dump.json --discard --report report.json || status=$?
[[ $status -eq 3 ]]
has err "not read to the end: ../set/secret.pcap: Permission denied"
has out/report.json '"unread_files": ['
has out/report.json '"damaged_files": []'
not grep -qi damaged words err
