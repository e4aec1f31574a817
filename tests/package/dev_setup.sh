# `./dev setup` waits, with a message, while another program installs packages; without Debian it lists what is needed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "FAILED: $*" >&2
  cat "$work"/*.out >&2
  exit 1
}
((EUID == 0)) || { echo "skipped: needs root, to hold the package lock"; exit 77; }
[[ -e /var/lib/dpkg/lock-frontend ]] || { echo "skipped: no dpkg here"; exit 77; }

# Only the script, so that its logs do not mix with those of the build, and programs that find everything missing and install
# nothing.
mkdir "$work/tree" "$work/bin"
cp "$SOURCE_DIR/dev" "$work/tree/dev"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/dpkg-query"
printf '#!/bin/sh\necho "$*" >>%s/calls\n' "$work" >"$work/bin/apt-get"
chmod +x "$work"/bin/*

# Holds the lock like dpkg until it is told to end, and reports when it has it.
mkfifo "$work/held" "$work/release"
python3 -c '
import fcntl, sys
lock = open("/var/lib/dpkg/lock-frontend", "r+")
fcntl.lockf(lock, fcntl.LOCK_EX)
open(sys.argv[1], "w").close()
open(sys.argv[2]).close()' "$work/held" "$work/release" &
: <"$work/held"

PATH=$work/bin:$PATH "$work/tree/dev" setup build >"$work/setup.out" 2>&1 &
setup=$!
for ((i = 0; i < 200; i++)); do
  grep -q 'another program is installing packages' "$work/setup.out" && break
  sleep 0.1
done
grep -q 'another program is installing packages' "$work/setup.out" || fail "it does not say that it waits"
[[ ! -e $work/calls ]] || fail "it did not wait"
: >"$work/release"
wait $setup || fail "it failed behind the lock"
grep -q '^.*DPkg::Lock::Timeout=.* update$' "$work/calls" || fail "no update"
grep -q ' install -y .* g++ ' "$work/calls" || fail "nothing was installed"

# Without Debian, the packages are listed, and that is no failure.
mkdir "$work/other"
for program in bash readlink dirname nproc date mkdir; do ln -s "$(command -v $program)" "$work/other/"; done
PATH=$work/other bash "$work/tree/dev" setup build >"$work/other.out" 2>&1 || fail "no Debian is a failure"
grep -q 'not Debian.*libarchive-dev' "$work/other.out" || fail "it does not say what is needed"
