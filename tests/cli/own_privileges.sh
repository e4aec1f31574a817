#!/usr/bin/env bash
# A binary with its own capabilities does not read files that the environment of its caller, or the home of another
# user, leads to.
. "$(dirname "$0")/common.inc"

[[ $EUID -eq 0 ]] || skip "needs root to give a file capabilities"
command -v setcap >/dev/null && command -v setpriv >/dev/null || skip "no setcap or no setpriv"
chmod 0755 .
cp "$GOPHERCAP" gophercap
setcap cap_net_raw+ep gophercap 2>/dev/null || skip "no capabilities of files here"
capture a.pcap
mkdir -m 0777 out
mkdir theirs ours
chown 65534 ours
printf 'global:\n  quiet: nonsense\n' | tee theirs/.go-replay.yaml >ours/.go-replay.yaml
chmod 0755 theirs
# as_user HOME ARGUMENT...
as_user() {
  local home=$1
  shift
  env HOME="$work/$home" GOPHERCAP_GLOBAL_DUMP_JSON="$work/out/planted.json" \
    setpriv --reuid 65534 --clear-groups "$work/gophercap" "$@" >words 2>&1
}
as_user theirs map a.pcap --dump-json out/d.json || { cat words; exit 1; }
[[ -s out/d.json && ! -e out/planted.json ]]
grep -q "privileges" words || skip "this file system gives files no capabilities"
has words "ignored, because this program has privileges that its caller does not have: GOPHERCAP_GLOBAL_DUMP_JSON, HOME"
# The user's own home is trusted, as are options.
not as_user ours map a.pcap --dump-json out/d.json
has words "ours/.go-replay.yaml:2: "
not as_user theirs map a.pcap --dump-json out/d.json --config theirs/.go-replay.yaml
has words "theirs/.go-replay.yaml:2: "
# Without capabilities nothing changes.
setcap -r gophercap
as_user theirs version
not as_user theirs map a.pcap
has words "theirs/.go-replay.yaml:2: "
