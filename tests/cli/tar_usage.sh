#!/usr/bin/env bash
# Messages of tarExtract for wrong command lines, inputs that are not tarballs, and existing files; keys of the
# configuration.
. "$(dirname "$0")/common.inc"

mkdir set
capture set/a.pcap
tar -cf set.tar set
exits 2 tarExtract
has err "needs a TARBALL or --in-tarball"
exits 2 tarExtract --in-tarball set.tar
has err "needs --out-dir"
exits 2 tarExtract --in-tarball set.tar set.tar --dryrun
exits 2 tarExtract --in-tarball set.tar --out-dir o --file-regexp '('
exits 1 tarExtract --in-tarball none.tar --out-dir o
has err "none.tar: No such file or directory"
exits 1 tarExtract --in-tarball set/a.pcap --out-dir o
has err "set/a.pcap: is not a tar archive"
exits 1 tarExtract --in-tarball set --out-dir o
has err "set: Is a directory"
exits 1 tarExtract --in-tarball set.tar --out-dir set/a.pcap/o
has err "set/a.pcap/o: Not a directory"
[[ ! -e o ]]
head -c 10240 /dev/zero >empty.tar
exits 4 tarExtract --in-tarball empty.tar --out-dir o
has err "has no members"

exits 0 tarExtract --in-tarball set.tar --out-dir o
echo mine >o/set/a.pcap
exits 3 tarExtract --in-tarball set.tar --out-dir o
has err "set/a.pcap: not extracted: the file exists already"
has err "--force replaces existing files"
[[ $(cat o/set/a.pcap) == mine ]]
exits 0 tarExtract --in-tarball set.tar --out-dir o --force
cmp set/a.pcap o/set/a.pcap
inode=$(stat -c %i o/set/a.pcap)
exits 0 tarExtract --in-tarball set.tar --out-dir o --resume --json
python3 -c 'import json; r = json.load(open("out")); assert (r["files"], r["files_complete_before"]) == (0, 1), r'
[[ $(stat -c %i o/set/a.pcap) -eq $inode ]]

cat >c.yaml <<'YAML'
tarball:
  in: {file: set.tar}
  out: {dir: configured, gzip: "true"}
YAML
exits 0 tarExtract --config c.yaml
gzip -dc configured/set/a.pcap.gz | cmp - set/a.pcap
GOPHERCAP_TARBALL_FLATTEN=true exits 0 tarExtract --config c.yaml --out-dir flat --out-gzip=false --fsync
[[ $(echo flat/*) == flat/set-a.pcap ]]
exits 0 tarExtract --config c.yaml --dryrun
