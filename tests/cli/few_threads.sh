#!/usr/bin/env bash
# With a limit on threads (ulimit -u, or pids.max of a cgroup, as in containers), the work is done with fewer threads, or an
# error names the limit and how to raise it; no crash, no hang, no partial file.
. "$(dirname "$0")/common.inc"

! grep -aqE '__(asan|tsan)_init' "${GOPHERCAP:?}" || skip "sanitizers have threads of their own"
[[ $(id -u) -eq 0 ]] || skip "needs root, to be a user with no other process"
# The binary under test may be in a folder that only root can read.
cp "$GOPHERCAP" gophercap
GOPHERCAP=$work/gophercap
chmod 755 "$work"
# by_user MOST ARGUMENT...: runs it as that user, with at most MOST threads including the first one.
by_user() {
  local most=$1
  shift
  timeout 20 setpriv --reuid=$((3000000 + $$)) --clear-groups prlimit --nproc="$most:$most" "$GOPHERCAP" "$@"
}
# by_group MOST ARGUMENT...: runs it in a cgroup with at most MOST threads.
by_group() {
  local most=$1 status=0
  shift
  mkdir "$group" && echo "$most" >"$group/pids.max" || return 77
  # shellcheck disable=SC2016
  timeout 20 bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$GOPHERCAP" "$@" || status=$?
  for _ in {1..50}; do # it may take a moment until the process is out of it
    rmdir "$group" 2>/dev/null && return "$status"
    sleep 0.1
  done
  return 77
}
limits=()
! by_user 1 version >/dev/null 2>&1 || limits+=(by_user)
for place in /sys/fs/cgroup/pids /sys/fs/cgroup; do
  group=$place/gophercap-test-$$
  if by_group 1 version >/dev/null 2>&1; then limits+=(by_group) && break; fi
  [[ ! -d $group ]] || rmdir "$group"
done
[[ ${#limits[@]} -gt 0 ]] || skip "no other user here, and no cgroup"
echo "limits: ${limits[*]}"
mkdir d
for name in a b c; do capture d/$name.pcap; done
tar -czf t.tar.gz d
gzip d/c.pcap
exits 0 map d --dump-json d.json
exits 0 replay --dump-json d.json --out-file sent.pcap
chmod -R a+rwX .
for limit in "${limits[@]}"; do
  refused=0 done_with_fewer=0
  for words in "map d --file-workers 4 --dump-json out/f" "replay --dump-json d.json --discard" \
    "replay --dump-json d.json --out-file out/f" "verify --dump-json d.json sent.pcap" \
    "tarExtract --in-tarball t.tar.gz --out-dir out/d --out-gzip --map out/f"; do
    for most in 1 2 3 4 5 6; do
      rm -rf out
      mkdir -m 777 out
      status=0
      # shellcheck disable=SC2086
      $limit $most $words >stdout 2>err || status=$?
      case $status in
      0) not grep -q "fewer than wanted" err || done_with_fewer=1 ;;
      1)
        refused=1
        has err "thread creation refused: a limit of threads is reached (ulimit -u"
        has err "hint: raise the limit: ulimit -u"
        [[ ! -e out/f ]]
        ;;
      *)
        echo "$limit: $most threads, $words: exit status $status" >&2
        cat err >&2
        exit 1
        ;;
      esac
      [[ -z $(find out -name '.*') ]]
    done
  done
  [[ $refused -eq 1 && $done_with_fewer -eq 1 ]]
done
