#!/usr/bin/env bash
# The configuration in the home folder, with either extension; an unreadable home counts as one without. Unknown variables cause
# a warning.
. "$(dirname "$0")/common.inc"

capture a.pcap 100
echo 'global: {dump: {json: yml.json}}' >.go-replay.yml
exits 0 map a.pcap
[[ -s yml.json ]]
echo 'global: {dump: {json: yaml.json}}' >.go-replay.yaml
exits 0 map a.pcap
[[ -s yaml.json ]]
has err ".go-replay.yml is ignored because $HOME/.go-replay.yaml exists"
rm .go-replay.yml
for home in "" /nonexistent /dev/null "$work/a.pcap/x"; do
  HOME=$home exits 0 map a.pcap --dump-json d.json
  [[ ! -s err ]]
done

GOPHERCAP_MAP_FILE_WORKRES=1 GOPHERCAP_CORPUS=x exits 0 map a.pcap --dump-json d.json
has err "warning: GOPHERCAP_MAP_FILE_WORKRES: there is no such key; did you mean GOPHERCAP_MAP_FILE_WORKERS?"
[[ $(wc -l <err) -eq 1 ]]
GOPHERCAP_DUMP_JSON=x exits 0 map a.pcap --dump-json d.json
has err "did you mean GOPHERCAP_GLOBAL_DUMP_JSON?"
GOPHERCAP_FILTER_YAML=x exits 0 map a.pcap --dump-json d.json
has err "GOPHERCAP_FILTER_YAML: not used by this version"
GOPHERCAP_MAP_FILE_WORKRES='' exits 0 map a.pcap --dump-json d.json
[[ ! -s err ]]

[[ $EUID -eq 0 ]] || skip "needs root for the rest, to become somebody who may not read"
command -v setpriv >/dev/null || skip "no setpriv"
mkdir -m 0755 shut theirs && mkdir -m 0777 open && cp .go-replay.yaml shut && chmod 0700 shut && cp .go-replay.yaml theirs && chmod 0600 theirs/.go-replay.yaml
cp "$GOPHERCAP" gophercap && chmod a+rx . gophercap && chmod a+r a.pcap
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$work/$1" ./gophercap map a.pcap --dump-json open/d.json >out.txt 2>err; }
setpriv --reuid 65534 --regid 65534 --clear-groups test -r a.pcap || skip "nobody can't reach this folder"
nobody shut
not grep '^gophercap: ' err  # a build with coverage has words of its own: it can't write its counts as nobody
nobody theirs
has err "theirs/.go-replay.yaml: Permission denied; no configuration is used"
setpriv --reuid 65534 --regid 65534 --clear-groups ./gophercap map a.pcap --config theirs/.go-replay.yaml >out.txt 2>err && exit 1
has err "theirs/.go-replay.yaml: Permission denied"
