#!/usr/bin/env bash
# Ctrl-C and SIGTERM end a run early: the report is completed, no partial dump is left, and the shell sees the
# signal.
. "$(dirname "$0")/common.inc"

mkfifo slow.pcap
for signal in INT TERM; do
  # The FIFO has a writer that stays silent: map waits for bytes that never come, but one signal ends it.
  sleep 30 >slow.pcap &
  writer=$!
  # Background jobs of a shell ignore SIGINT; env restores the default.
  env --default-signal=INT "$GOPHERCAP" map slow.pcap --dump-json d.json >out 2>err &
  pid=$!
  sleep 1
  kill -s "$signal" "$pid"
  status=0
  wait "$pid" || status=$?
  kill "$writer"
  wait "$writer" 2>/dev/null || true
  [[ $status -eq $((128 + $(kill -l "$signal"))) ]]
  [[ ! -e d.json ]]
done

# A FIFO that nobody has opened for writing.
mkfifo f1
capture a.pcap
exits 0 map a.pcap --dump-json one.json
# True once the process waits for the FIFO, inside open() or after it.
waits() {
  [[ -n $(find "/proc/$pid/fd" -lname '*/f1' 2>/dev/null) ]]
}
for words in "map f1 --dump-json d.json" "tarExtract f1 --out-dir d" "verify f1 --dump-json one.json"; do
  for signal in INT TERM; do
    # shellcheck disable=SC2086
    env --default-signal=INT "$GOPHERCAP" $words >out 2>err &
    pid=$!
    for _ in {1..100}; do
      waits && break
      sleep 0.1
    done
    kill -s "$signal" "$pid"
    ends_by "$signal" "$pid"
    [[ ! -e d.json && ! -e d ]]
  done
done

# The writer may come late.
"$GOPHERCAP" map f1 --dump-json d.json >out 2>err &
pid=$!
for _ in {1..100}; do
  waits && break
  sleep 0.1
done
cat a.pcap >f1
wait "$pid"
grep -q '"packets": 3' d.json

# A recording is complete up to that point, also a compressed one.
for signal in INT TERM; do
  env --default-signal=INT "$GOPHERCAP" replay a.pcap --loop-infinite --out-file "$signal.pcap.gz" --report r.json >out 2>err &
  pid=$!
  for _ in {1..100}; do
    [[ -n $(find . -name ".$signal.pcap.gz.*" -size +0) ]] && break
    sleep 0.1
  done
  [[ ! -e $signal.pcap.gz ]]
  kill -s "$signal" "$pid"
  ends_by "$signal" "$pid"
  gzip -t "$signal.pcap.gz"
  python3 - "$signal.pcap.gz" <<'PYTHON'
import gzip, json, sys
sent = json.load(open("r.json", encoding="utf-8"))["packets"]["sent"]
with gzip.open(sys.argv[1]) as file:
    size = sum(len(block) for block in iter(lambda: file.read(1 << 20), b""))
assert sent > 0 and size == 24 + 76 * sent, (size, sent)
PYTHON
done

# A recording into a pipe that is not read.
mkfifo f1.gz
for signal in INT TERM; do
  # shellcheck disable=SC2217
  sleep 60 <f1.gz &
  reader=$!
  env --default-signal=INT "$GOPHERCAP" replay a.pcap --loop-infinite --out-file f1.gz >out 2>err &
  pid=$!
  for _ in {1..100}; do
    [[ -n $(find "/proc/$pid/fd" -lname '*/f1.gz' 2>/dev/null) ]] && break
    sleep 0.1
  done
  kill -s "$signal" "$pid"
  ends_by "$signal" "$pid"
  kill "$reader"
  wait "$reader" 2>/dev/null || true
  has err "interrupted; the report covers what was sent until then"
done
for signal in INT TERM; do
  # shellcheck disable=SC2217
  sleep 60 <f1 &
  reader=$!
  env --default-signal=INT "$GOPHERCAP" replay a.pcap --loop-infinite --out-file - >f1 2>err &
  pid=$!
  # Once it has its own descriptor of the pipe, besides standard output, it handles signals.
  for _ in {1..100}; do
    [[ $(find "/proc/$pid/fd" -lname '*/f1' 2>/dev/null | wc -l) -gt 1 ]] && break
    sleep 0.1
  done
  kill -s "$signal" "$pid"
  ends_by "$signal" "$pid"
  kill "$reader"
  wait "$reader" 2>/dev/null || true
  has err "interrupted; the report covers what was sent until then"
  has err "sent"
done
