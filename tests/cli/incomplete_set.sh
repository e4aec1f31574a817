#!/usr/bin/env bash
# The parts of a set that could not be used are reported each time: by map, by a replay of its dump, by a replay of the paths, and
# by the exit status.
. "$(dirname "$0")/common.inc"

# incomplete WORDS PATH [WORDS OF REPLAY]: maps twice (the second time by an index, if there is one) and replays from the dump and
# from the path.
incomplete() {
  local run
  for run in first second; do
    exits 3 map "$2" --dump-json set.json
    has err "$1"
  done
  exits 3 replay --dump-json set.json --discard --topspeed --report report.json
  has err "${3:-1 file damaged}"
  has report.json "$1"
  exits 3 replay "$2" --discard --topspeed
  has err "$1"
  has err "${3:-1 file damaged}"
}

mkdir folder && capture folder/a.pcap 100 101
ln -s nowhere folder/b.pcap
incomplete "No such file or directory" folder "not read to the end: folder/b.pcap"

# A tarball that breaks off at a header: all known captures in it are complete.
mkdir set && capture set/a.pcap 100 101 && capture set/b.pcap 102
tar -cf whole.tar set/a.pcap set/b.pcap
python3 - <<'PYTHON'
whole = bytearray(open("whole.tar", "rb").read())
whole[1024:1536] = b"\xff" * 512
open("broken.tar", "wb").write(whole)
open("cut.tar", "wb").write(open("whole.tar", "rb").read()[:1400])
PYTHON
incomplete "1024 bytes of garbage and no header after it" broken.tar
incomplete "tar archive: " cut.tar
has err "breaks at byte 1400 of the archive"
exits 3 map - --dump-json stdin.json <broken.tar
has err "standard input: byte 1024 of the archive: 1024 bytes of garbage"
has stdin.json "1024 bytes of garbage and no header after it"

# A member that cannot be extracted.
tar -cf hostile.tar --transform 's,^set/b,../set/b,' -P set/a.pcap set/b.pcap
incomplete "a member is left out" hostile.tar
# It does not matter if another member is selected.
exits 0 map hostile.tar --file-regexp 'set/a' --dump-json set.json
exits 0 replay hostile.tar --file-regexp 'set/a' --discard --topspeed

# If there is nothing else, the cause is reported, and where nothing was found.
mkdir dangling && ln -s nowhere dangling/a.pcap
for command in map "replay --discard"; do
  # shellcheck disable=SC2086
  exits 4 $command dangling
  has err "dangling/a.pcap: No such file or directory"
  has err "dangling: no capture files found"
done
mkdir empty1 empty2
exits 4 map empty1 empty2
has err "2 paths: no capture files found"
