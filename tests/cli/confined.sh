#!/usr/bin/env bash
# The process is confined, and everything that worked before still works: files and folders of other users as root, captures
# behind links, from pipes and standard input, outputs in folders of other users and behind links.
. "$(dirname "$0")/common.inc"

capture a.pcap
exits 0 replay a.pcap --out-file sent.pcap --report r.json
wall() { python3 -c 'import json, sys; print(json.load(open("r.json"))["host"]["confinement"][sys.argv[1]])' "$1"; }
[[ $(wall seccomp) != *"this build"* ]] || skip "$(wall seccomp)"
[[ $(wall no_new_privs) == yes && $(wall seccomp) =~ ^(yes|no:) && $(wall landlock) =~ ^(ABI |no:) ]]
[[ $EUID -eq 0 && $(wall capabilities) == CAP_DAC_READ_SEARCH || $EUID -ne 0 && $(wall capabilities) == none ]]
exits 0 replay --no-sandbox a.pcap --out-file again.pcap --report r.json
[[ $(wall seccomp) == "no: --no-sandbox" ]]
cmp sent.pcap again.pcap
GOPHERCAP_GLOBAL_NO_SANDBOX=true exits 0 replay a.pcap --discard --report r.json
[[ $(wall landlock) == "no: --no-sandbox" ]]

# Behind links, and from streams that can be read only once.
mkdir set far
capture far/b.pcap
ln -s ../far/b.pcap set/link.pcap
ln -s far/made.json dump.json
exits 0 map set --dump-json dump.json
[[ -s far/made.json && -L dump.json ]]
exits 0 replay --dump-json dump.json --out-file linked.pcap
cmp sent.pcap linked.pcap
exits 0 map /dev/stdin --dump-json d.json <a.pcap
exits 0 map - --dump-json - <a.pcap
exits 0 map <(cat a.pcap) --dump-json d.json
mkfifo pipe
cat a.pcap >pipe &
exits 0 map pipe --dump-json d.json
{ "$GOPHERCAP" replay a.pcap --out-file /dev/fd/3 3>&1 >out 2>err; } | cmp - sent.pcap
exits 0 replay a.pcap --out-file /dev/fd/3 3>third.pcap
cmp third.pcap sent.pcap
cat pipe >taken.pcap &
exits 0 replay a.pcap --out-file pipe
wait
cmp taken.pcap sent.pcap
exits 0 verify sent.pcap --dump-json dump.json --out-bpf "ether proto 0x0c0d"

# A folder that was created and stays empty is removed; an existing one stays.
printf 'no tarball' >broken.tar
mkdir here
exits 1 tarExtract broken.tar --out-dir new/deep
[[ ! -e new ]]
exits 1 tarExtract broken.tar --out-dir here
[[ -d here ]]
tar -cf set.tar a.pcap far
exits 0 tarExtract set.tar --out-dir new/deep --map new/map.json
cmp new/deep/a.pcap a.pcap
[[ -s new/map.json ]]

# Only a run that opens an interface keeps the capabilities for that, even while it still reads the dump.
keeps_network() { (($(printf '0x%s & 0x3000' "$(awk '/^CapEff/ {print $2}' "/proc/$1/status")"))); }
mkfifo dump.fifo
"$GOPHERCAP" replay --dump-json dump.fifo --out-file linked.pcap 2>/dev/null &
for _ in {1..100}; do
  [[ $(</proc/$!/status) == *Seccomp:?2* ]] && break
  sleep 0.05
done
kept=no
keeps_network $! && kept=yes
cat far/made.json >dump.fifo
wait $!
[[ $kept == no ]]

# As root: files of other users.
[[ $EUID -eq 0 ]] || exit 0
mkdir -m 0700 theirs
cp a.pcap set.tar theirs
chmod 0600 theirs/a.pcap theirs/set.tar
chown -R 65534:65534 theirs
exits 0 map theirs --dump-json theirs/dump.json
exits 0 map theirs/set.tar --dump-json theirs/dump.json
[[ -s theirs/set.tar.index ]]
exits 0 replay theirs/a.pcap --out-file theirs/sent.pcap --report theirs/r.json
cmp theirs/sent.pcap sent.pcap
mkdir -p theirs/out/far
chown -R 65534:65534 theirs/out
exits 0 tarExtract set.tar --out-dir theirs/out
cmp theirs/out/a.pcap a.pcap
chown -R 65534:65534 theirs/out
exits 0 tarExtract set.tar --out-dir theirs/out --force
