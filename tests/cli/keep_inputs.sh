#!/usr/bin/env bash
# No command overwrites what it reads: a capture under any name, a tarball, a dump, the configuration, files that it
# extracts.
. "$(dirname "$0")/common.inc"

refuses() {
  exits 2 "$@"
  has err "is one of the files to be read"
  sha256sum --quiet -c sums
}

mkdir -p set/sub
capture set/a.pcap 100 && capture set/sub/b.pcap 101
ln -s set/a.pcap link.pcap && ln set/sub/b.pcap hard.pcap
tar -cf set.tar set
printf 'map:\n  file:\n    workers: 1\n' >config.yaml
exits 0 map set --dump-json set.json
exits 0 map set.tar --dump-json tarball.json
sha256sum set/a.pcap set/sub/b.pcap set.tar config.yaml set.json tarball.json >sums

refuses map set/a.pcap --dump-json set/a.pcap
refuses map set --dump-json set/sub/b.pcap
refuses map set --dump-json link.pcap
refuses map set --dump-json hard.pcap
refuses map set.tar --dump-json set.tar
refuses map set --config config.yaml --dump-json config.yaml
for output in --out-file --report; do
  refuses replay --dump-json set.json --topspeed --out-file new.pcap $output set/a.pcap
  refuses replay --dump-json set.json --topspeed --out-file new.pcap $output hard.pcap
  refuses replay --dump-json set.json --topspeed --out-file new.pcap $output set.json
  refuses replay --dump-json tarball.json --topspeed --out-file new.pcap $output set.tar
  refuses replay --dump-json set.json --config config.yaml --topspeed --out-file new.pcap $output config.yaml
done
refuses tarExtract set.tar --out-dir extracted --map set.tar
refuses tarExtract set.tar --out-dir extracted --config config.yaml --map config.yaml
[[ ! -e new.pcap ]]
[[ ! -e extracted ]]
# A file that was just extracted.
exits 2 tarExtract set.tar --out-dir extracted --map extracted/set/a.pcap
has err "is one of the files to be read"
cmp extracted/set/a.pcap set/a.pcap

# The output of a previous run may be replaced.
exits 0 map set --dump-json set.json
exits 0 replay --dump-json set.json --topspeed --out-file new.pcap --report report.json
exits 0 replay --dump-json set.json --topspeed --out-file new.pcap --report report.json
exits 0 tarExtract set.tar --out-dir again --map again.json
exits 0 tarExtract set.tar --out-dir again2 --map again.json
