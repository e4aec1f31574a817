#!/usr/bin/env bash
# Faults of the original's tarExtract; none of them exists here.
. "$(dirname "$0")/common.inc"

# Files with the same name in several folders overwrote each other.
mkdir -p set/x set/y
capture set/x/a.pcap 100 101 102
capture set/y/a.pcap 200
tar -czf set.tar.gz set
exits 0 tarExtract --in-tarball set.tar.gz --out-dir o
cmp set/x/a.pcap o/set/x/a.pcap
cmp set/y/a.pcap o/set/y/a.pcap
exits 0 tarExtract --in-tarball set.tar.gz --out-dir flat --flatten
[[ $(cd flat && echo *) == "set-x-a.pcap set-y-a.pcap" ]]
# Members with the same path become two files, with a message.
tar -rf twice.tar -C set/x a.pcap
tar -rf twice.tar -C set/y a.pcap
exits 0 tarExtract --in-tarball twice.tar --out-dir twice
has err "a.pcap: the name is taken: written as a.2.pcap"
cmp set/y/a.pcap twice/a.2.pcap

# A link, or anything else that is not a folder, became an empty file.
mkdir links
capture links/a.pcap
ln -s a.pcap links/soft
mkfifo links/pipe
tar -cf links.tar -C links a.pcap soft pipe
exits 3 tarExtract --in-tarball links.tar --out-dir l
[[ $(readlink l/soft) == a.pcap && ! -e l/pipe ]]
has err "pipe: not extracted: it is a FIFO"

# ../../evil.pcap was written to another place than the message said.
tar -cPf evil.tar --transform 's|^|../../|' links/a.pcap
exits 3 tarExtract --in-tarball evil.tar --out-dir e/f
[[ ! -e links/../../a.pcap && $(find e -type f) == "" ]]
has err "its path leads upwards"

# A missing folder was fatal; --dryrun extracted anyway.
exits 0 tarExtract --in-tarball set.tar.gz --out-dir new/deep/folder
[[ -e new/deep/folder/set/x/a.pcap ]]
exits 0 tarExtract --in-tarball set.tar.gz --out-dir dry --dryrun
[[ ! -e dry ]]

# A truncated tarball left half a file under its name and was fatal.
head -c 300000 /dev/urandom >set/x/b.pcap
tar -czf cut.tar.gz set/y set/x/b.pcap
truncate -s 200000 cut.tar.gz
exits 3 tarExtract --in-tarball cut.tar.gz --out-dir c
[[ $(cd c && find . -type f) == ./set/y/a.pcap ]]
has err "cut.tar.gz: breaks before byte 200000, at byte "
has err "in set/x/b.pcap: gzip data ends in the middle"
