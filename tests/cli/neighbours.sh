#!/usr/bin/env bash
# Other users of /tmp: nothing is written through their links, none of their files becomes an output, and none of their dumps,
# indexes, reports or configurations is read there without --trust. The user who called sudo is trusted.
. "$(dirname "$0")/common.inc"

[[ $EUID -eq 0 ]] || skip "only root can play two users"
as_other() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
chmod 755 "$work"
# The binary under test may be in a folder that only root can read.
cp "$GOPHERCAP" gophercap
GOPHERCAP=$work/gophercap
# Started by a shell, because setpriv itself may still be able to look into a folder of root.
as_other sh -c "'$GOPHERCAP' version" >/dev/null 2>&1 || skip "another user can't run the binary"
unset SUDO_UID

mkdir set tmp
chmod 1777 tmp
capture set/a.pcap
capture a.pcap
tar -czf set.tar.gz set
exits 0 map a.pcap --dump-json good.json
exits 0 replay a.pcap --discard --report good-report.json
echo precious >victim

# Files that are written.
as_other ln -s "$work/victim" tmp/out
mkdir folder
as_other ln -s "$work/folder" tmp/dir
for words in "map a.pcap --dump-json tmp/out" "map a.pcap --dump-json tmp/dir/d.json" "replay a.pcap --out-file tmp/out" \
  "tarExtract set.tar.gz --out-dir tmp/dir" "tarExtract set.tar.gz --out-dir o --map tmp/out" "exampleConfig --config tmp/out --force"; do
  # shellcheck disable=SC2086
  exits 1 $words
  has err "belongs to another user (uid 65534); nothing is written through it"
done
# The packets have been sent by then, so only the report fails.
exits 1 replay a.pcap --discard --report tmp/out
grep -qx precious victim
[[ -z $(ls -A folder) ]]

as_other sh -c 'umask 0; echo theirs >tmp/mapped.json'
exits 0 map a.pcap --dump-json tmp/mapped.json
[[ $(stat -c '%u %a' tmp/mapped.json) == "0 644" ]]
(umask 077 && exits 0 map a.pcap --dump-json tmp/secret.json)
[[ $(stat -c %a tmp/secret.json) == 600 ]]
exits 0 map a.pcap --dump-json tmp/secret.json
[[ $(stat -c %a tmp/secret.json) == 600 ]]

# Files that are trusted.
for file in good.json good-report.json; do as_other cp "$file" "tmp/their-$file"; done
as_other sh -c 'echo "map: {dryrun: true}" >tmp/their.yaml'
for words in "replay --discard --dump-json tmp/their-good.json" "verify a.pcap --dump-json tmp/their-good.json" \
  "verify a.pcap --dump-json good.json --report tmp/their-good-report.json"; do
  # shellcheck disable=SC2086
  exits 1 $words
  has err "belongs to another user (uid 65534), and lies where everybody may put files; it is not read"
  has err "hint: --trust reads it all the same"
  # shellcheck disable=SC2086
  exits 0 $words --trust
done
exits 1 map a.pcap --config tmp/their.yaml
has err "hint: --trust"
exits 0 map a.pcap --config tmp/their.yaml --trust
[[ $(cat out) == a.pcap ]]
SUDO_UID=65534 exits 0 replay --discard --dump-json tmp/their-good.json
GOPHERCAP_GLOBAL_TRUST=1 exits 0 replay --discard --dump-json tmp/their-good.json
as_other "$GOPHERCAP" replay --discard --dump-json tmp/mapped.json >out 2>err  # root's

# An index of another user is not used; a new one is made beside it.
cp set.tar.gz tmp
(cd tmp && as_other sh -c "'$GOPHERCAP' map '$work/set.tar.gz' --dump-json d.json >/dev/null 2>&1" && rm d.json)
[[ -f tmp/set.tar.gz.index ]]
before=$(sha256sum tmp/set.tar.gz.index)
exits 0 map set.tar.gz --dump-json tmp/d.json
has err "set.tar.gz.index: belongs to another user"
[[ $before == "$(sha256sum tmp/set.tar.gz.index)" && $(stat -c %u tmp/set.tar.gz.2.index) == 0 ]]
exits 0 replay --discard --dump-json tmp/d.json
rm tmp/set.tar.gz.2.index
exits 0 map set.tar.gz --dump-json tmp/d.json --trust
[[ ! -e tmp/set.tar.gz.2.index ]]

# Mapped as a user, replayed with sudo, mapped again with sudo.
as_other "$GOPHERCAP" map a.pcap --dump-json tmp/mine.json >/dev/null 2>&1
SUDO_UID=65534 exits 0 replay --discard --dump-json tmp/mine.json
SUDO_UID=65534 exits 0 map a.pcap --dump-json tmp/mine.json
as_other "$GOPHERCAP" replay --discard --dump-json tmp/mine.json >out 2>err
