#!/usr/bin/env bash
# SIGHUP and SIGQUIT end a run like SIGTERM: with a report, after cleaning up, without a core dump; nohup works as usual. The
# limit on file sizes (SIGXFSZ) is an error that says what to do.
. "$(dirname "$0")/common.inc"

capture a.pcap
ulimit -c unlimited 2>/dev/null || true
mkdir set && for i in {1..40}; do cp a.pcap "set/$i.pcap"; done
python3 -c 'import random; open("set/noise.pcap", "wb").write(open("a.pcap", "rb").read() + random.randbytes(6000000))'
tar -czf set.tar.gz set

# takes SIGNAL PID: true once the process handles signals itself (they are blocked then). For a moment a shell that is about to become
# the process blocks them too.
takes() {
  local mask number
  [[ $(<"/proc/$2/comm") == "${GOPHERCAP##*/}" ]] || return 1
  mask=$(sed -n 's/^SigBlk:\s*//p' "/proc/$2/status")
  number=$(kill -l "$1")
  (((16#$mask >> (number - 1)) & 1))
}
# begin SIGNAL COMMAND...: starts it in the background and waits until it handles the signal.
begin() {
  local signal=$1
  shift
  env --default-signal=INT,QUIT,HUP "$GOPHERCAP" "$@" >out 2>err &
  pid=$!
  for _ in {1..100}; do
    takes "$signal" "$pid" && return
    sleep 0.1
  done
}
mkfifo f1
for signal in HUP QUIT; do
  begin "$signal" replay a.pcap --loop-infinite --discard --report r.json
  kill -s "$signal" "$pid"
  ends_by "$signal" "$pid"
  has err "interrupted; the report covers what was sent until then"
  python3 -c 'import json; assert json.load(open("r.json"))["interrupted"]'
  # A tarball that ends inside a member.
  (head -c 4000000 set.tar.gz && exec sleep 60) >f1 &
  writer=$!
  begin "$signal" tarExtract f1 --out-dir o
  for _ in {1..100}; do
    compgen -G 'o/set/.noise.pcap.*.part' >/dev/null && break
    sleep 0.1
  done
  kill -s "$signal" "$pid"
  ends_by "$signal" "$pid"
  kill "$writer"
  wait "$writer" 2>/dev/null || true
  has err "tarExtract: interrupted"
  [[ -z $(find . -name '.*.part' -o -name 'core*') ]]
  rm -rf o r.json
done

# Ignored from the start, as with nohup: the run continues, as the next signal shows.
(trap '' HUP && exec "$GOPHERCAP" replay a.pcap --loop-infinite --discard >out 2>err) &
pid=$!
for _ in {1..100}; do
  takes TERM "$pid" && break
  sleep 0.1
done
not takes HUP "$pid"
kill -s HUP "$pid"
kill -s TERM "$pid"
ends_by TERM "$pid"

# Whatever is being written when the limit is reached.
limited() { (ulimit -f 8 && exits "$@"); }
limited 1 map set --dump-json d.json
has err "d.json: File too large"
has err "hint: raise the limit on the size of files (ulimit -f)"
limited 1 replay a.pcap --loop-count 1000 --out-file o.pcap
has err "o.pcap: File too large"
# Also for standard output; "exits" itself redirects it to a file.
(ulimit -f 8 && not "$GOPHERCAP" map set --dump-json - >out 2>err)
has err "standard output: File too large"
(ulimit -f 8 && not "$GOPHERCAP" map set.tar.gz --dump-json d.json >out 2>err)
has err "File too large"
limited 3 tarExtract set.tar.gz --out-dir extracted
has err "noise.pcap: not extracted"
[[ -z $(find . -name '.*.part' -o -name '*.json' -o -name 'o.pcap' -o -name '*.index') ]]
