# Every shell block of README.md, as pasted into a terminal: each line must succeed. It runs in its own root folder with
# /data/pcap and a PATH with the binary, which shares all other folders with the machine except /tmp.
set -euo pipefail
: "${GOPHERCAP:?the binary under test}" "${SOURCE_DIR:?the source folder}"

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }

if [[ ${GOPHERCAP_TEST_IN_NETNS:-} != yes ]]; then
  ((EUID == 0)) || skip "needs root for namespaces"
  unshare -nm true 2>/dev/null || skip "no namespaces here"
  for program in tcpdump editcap ip; do command -v $program >/dev/null || skip "$program is not installed"; done
  GOPHERCAP_TEST_IN_NETNS=yes exec unshare -nm --propagation private bash "$0"
fi

root=$(mktemp -d)
trap 'umount -l "$root"; rmdir "$root"' EXIT
mount -t tmpfs tmpfs "$root"
for folder in /*; do
  [[ -d $folder && ! -L $folder ]] || { [[ ! -L $folder ]] || cp -d "$folder" "$root/"; continue; }
  mkdir "$root$folder"
  [[ $folder == /tmp || $folder == /data || $folder == /root ]] || mount --rbind "$folder" "$root$folder"
done
chmod 1777 "$root/tmp"
mkdir -p "$root"/data/{pcap,bin,blocks} "$root/root/trial/build"
chmod 700 "$root/root"
cp "$GOPHERCAP" "$root/data/bin/gophercap"
ln -s /data/bin/gophercap "$root/root/trial/build/gophercap"

# A second of real traffic, as written by four capture threads, and the tarballs that contain it.
xz -dc "$SOURCE_DIR/demo/data/dns-root-server.pcapng.xz" >"$root/data/all.pcapng"
for worker in 0 1 2 3; do
  editcap -r -F nsecpcap "$root/data/all.pcapng" "$root/data/pcap/worker-$worker.pcap" $((worker * 100 + 1))-$((worker * 100 + 100))
done
tar -C "$root/data" -czf "$root/root/trial/set.tar.gz" pcap
tar -C "$root/data" -cf - pcap | zstd -q >"$root/root/trial/set.tar.zst"

# What a block assumes: the sensor's capture, and programs of other machines.
printf '#!/bin/sh\nshift; exec "$@"\n' >"$root/data/bin/ssh"
printf '#!/bin/sh\n' >"$root/root/trial/dev"
chmod +x "$root/data/bin/ssh" "$root/root/trial/dev"
(cd "$root/root/trial" && "$GOPHERCAP" --quiet replay "$root/data/pcap" --out-file arrived.pcap --out-format pcap)

awk -v folder="$root/data/blocks" '
  /^```sh$/ { inside = 1; name = sprintf("%s/%02d", folder, ++number); next }
  /^```$/ { inside = 0 }
  inside { print > name }' "$SOURCE_DIR/README.md"

ran=0
for block in "$root"/data/blocks/*; do
  grep -q '^docker ' "$block" && continue             # needs a daemon
  [[ $(head -n 1 "$block") != './dev demo '* ]] || continue  # a build of its own, which this test is part of
  wire=
  if grep -q veth0 "$block" && ! grep -q '^ip link add' "$block"; then wire=yes; fi
  [[ -z $wire ]] || { ip link add veth0 type veth peer name veth1 && ip link set veth0 up && ip link set veth1 up; }
  # As in a terminal, jobs have their own process groups. Each line that fails is reported.
  {
    printf 'trap '\''echo "exit status $?: $BASH_COMMAND" >>/data/failed'\'' ERR\nset -m\n'
    cat "$block"
  } >"$block.run"
  chroot "$root" /usr/bin/env -i HOME=/root PATH="/data/bin:$PATH" bash -c "cd /root/trial && . ${block#"$root"}.run" \
    >"$root/data/output" 2>&1 </dev/null || true
  if [[ -s $root/data/failed ]]; then
    cat "$root/data/output" "$root/data/failed" >&2
    fail "README.md: a line of a block did not end well:" "$(head -n 1 "$block")"
  fi
  [[ -z $wire ]] || ip link del veth0
  ran=$((ran + 1))
done
((ran >= 5)) || fail "only $ran blocks of README.md were run"
[[ -s $root/root/trial/sent.json && -s $root/root/trial/gophercap.yaml ]] || fail "a block left nothing"
