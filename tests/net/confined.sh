# While it sends as root, each of its threads is confined: no capability except for reading, no new privileges, a system
# call filter; nothing can be written except in the folder of the report, and no socket can be opened.
. "$(dirname "$0")/common.inc"

lay_wire
make_set --packets 3000 --rate 1000 --pattern constant
"$GOPHERCAP" replay "$work/set" --discard --report "$work/try.json" >/dev/null 2>&1
[[ $(json "$work/try.json" host.confinement.seccomp) == yes ]] || skip "$(json "$work/try.json" host.confinement.seccomp)"

# threads WORDS...: prints each of these fields of /proc/PID/task/*/status, sorted.
threads() {
  local word
  for word; do cat /proc/"$replay_pid"/task/*/status | awk -v w="$word:" '$1 == w { print w, $2 }' | sort -u; done
}
readonly none=0000000000000000 read_search=0000000000000004 realtime=0000000000804004
for options in "" "--pacing exact" "--tx-threads 2" "--topspeed --loop-count 0 --tx xdp" "--topspeed --loop-count 0 --tx ring"; do
  # shellcheck disable=SC2086
  start_replay $options "$work/set"
  [[ $(find /proc/"$replay_pid"/task -mindepth 1 -maxdepth 1 | wc -l) -gt 4 ]] || fail "$options: where are its threads?"
  [[ $(threads NoNewPrivs Seccomp) == $'NoNewPrivs: 1\nSeccomp: 2' ]] || fail "$options: $(threads NoNewPrivs Seccomp)"
  # The threads for signals and for the link have no capabilities; CAP_SYS_NICE is kept if the limit of the real-time
  # priority cannot be raised.
  for set in CapEff CapPrm; do
    left=$(threads $set | awk '{ print $2 }' | paste -sd ' ')
    [[ $left == "$none $read_search" || ($options == *exact* && $left == "$none $realtime") ]] || fail "$options: $set $left"
  done
  kill -INT "$replay_pid"
  wait_replay 10
  [[ $(json "$work/end.json" signal) == 2 || $(json "$work/end.json" exit) == 130 ]] || fail "$options: did not die of SIGINT"
  [[ $(json "$work/report.json" packets.failed) == 0 ]] || fail "$options: packets failed"
  [[ $(json "$work/report.json" host.confinement.no_new_privs) == yes ]] || fail "the report says nothing of it"
done

start_replay --no-sandbox "$work/set"
[[ $(threads NoNewPrivs Seccomp) == $'NoNewPrivs: 0\nSeccomp: 0' ]] || fail "--no-sandbox: $(threads NoNewPrivs Seccomp)"
kill -INT "$replay_pid"
wait_replay 10
