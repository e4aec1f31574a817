# With a limit on threads, replay sends everything or names the limit; no crash, no hang.
. "$(dirname "$0")/common.inc"

! grep -aqE '__(asan|tsan)_init' "$GOPHERCAP" || skip "sanitizers have threads of their own"
command -v setpriv >/dev/null || skip "no setpriv"
lay_wire
make_set --files 2 --writers 2 --packets 300 --span 0.05
cp "$GOPHERCAP" "$work/gophercap"
chmod -R a+rX "$work"

# limited MOST ARGUMENT...: runs it as a user without other processes who may send, with at most MOST threads
# including the first one.
limited() {
  local most=$1
  shift
  HOME=$work timeout 30 setpriv --reuid=$((3000000 + $$)) --clear-groups --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw \
    --bounding-set=-all,+net_raw prlimit --nproc="$most:$most" "$work/gophercap" "$@" >"$work/replay.out" 2>"$work/replay.err"
}
limited 1 version || skip "no other user here"

for words in "--tx packet" "--tx ring" "--tx-threads 3"; do
  complete=no
  for ((most = 1; most <= 12; most++)); do
    status=0
    # shellcheck disable=SC2086
    limited $most replay --out-interface "$near" --topspeed $words "$work/set" || status=$?
    case $status in
    0)
      says replay.out 'sent +300 packets'
      ! grep -q "fewer than wanted" "$work/replay.err" || continue
      complete=yes
      break
      ;;
    1)
      says replay.err 'thread creation refused: a limit of threads is reached \(ulimit -u'
      says replay.err 'hint: raise the limit: ulimit -u'
      ;;
    *) fail "$most threads, $words: exit status $status" ;;
    esac
  done
  ((most > 2)) || fail "$words: there was nothing to refuse"
  [[ $complete = yes ]] || fail "$words: 12 threads are not enough"
done
