#!/usr/bin/env bash
# Configurations that the original has written (exampleConfig, with its defaults and quotes) and those of its older versions
# load without an error, for map and for replay, and change nothing but what they set.
. "$(dirname "$0")/common.inc"

mkdir -p set/sub
capture set/a.pcap 100 102
capture set/sub/b.pcap 101 103
capture set/c.other 104
exits 0 map --dir-src set --dump-json plain.json
exits 0 replay --dump-json plain.json --out-file plain.pcap

# works CONFIGURATION: its folder and dump are used, and the result is the same as without it.
works() {
  rm -f dump.json merged.pcap
  exits 0 map --config "$1"
  not grep -q error err
  cmp plain.json dump.json
  exits 0 replay --config "$1" --out-file merged.pcap
  not grep -q error err
  cmp plain.pcap merged.pcap
}

# 0.3.2: everything that its exampleConfig writes. A given suffix is exact, so c.other is not read.
cat >original.yaml <<'YAML'
eve2filter:
  path:
    eve: ""
    filter: ./filter-generated.yaml
extract:
  dump:
    pcap: ""
  event: ""
  file:
    format: pcap.%n.%t
  skip:
    bpf: false
filter:
  compress: false
  decap:
    depth: -1
    enabled: false
  dedup: false
  input: ""
  maxmind:
    asn: ""
  output: ""
  suffix: pcap
  workers: 4
  yaml: ""
global:
  dump:
    json: dump.json
  file:
    regexp: ""
map:
  dir:
    src: set
  file:
    suffix: pcap
    workers: 4
replay:
  disable_wait: false
  loop:
    count: 1
    infinite: false
  out:
    bpf: ""
    interface: eth0
  reorder:
    enabled: false
  skip:
    mtu: 1514
    out_of_order: false
  time:
    from: ""
    modifier: "1"
    scale:
      duration: 1h0m0s
      enabled: false
    to: ""
tarball:
  dryrun: false
  in:
    file: ""
  out:
    dir: ""
    gzip: false
YAML
works original.yaml

# The same in capitals and with all values quoted, as some tools write YAML.
sed -E 's/^( *)([a-z0-9_]+):/\1\U\2\E:/; s/: (false|[-0-9]+)$/: "\1"/' original.yaml >quoted.yaml
grep -q '^      ENABLED: "false"$' quoted.yaml
works quoted.yaml

# Before keys were grouped: one level of names for all commands.
cat >older.yaml <<'YAML'
dump:
  json: dump.json
dir:
  src: set
file:
  regexp: "[ab].pcap$"
  suffix: pcap
  workers: 4
out:
  interface: eth0
  bpf: ""
  dir: ""
  gzip: false
loop:
  count: 1
  infinite: false
time:
  from: ""
  to: ""
  modifier: 1
  scale:
    enabled: false
    duration: 1h0m0s
wait:
  disable: false
in:
  tarball: ""
dryrun: false
YAML
works older.yaml

# Grouped, with names that were changed later.
cat >between.yaml <<'YAML'
global: {dump: {json: dump.json}, file: {regexp: ""}}
map: {dir: {src: set}, file: {suffix: pcap, workers: 0}}
replay: {wait: {disable: false}, loop: {count: 1}, out: {interface: eth0}}
tarball: {in: {tarball: ""}, out: {dir: "", gzip: false}}
YAML
works between.yaml

# The file in the home folder is read by default.
cp original.yaml "$HOME/.go-replay.yaml"
rm dump.json
exits 0 map
cmp plain.json dump.json

# Old names are not only accepted but have their effect.
sed 's/count: 1/count: "2"/' older.yaml >twice.yaml
exits 0 replay --config twice.yaml --out-file twice.pcap --report report.json
python3 -c 'import json; assert json.load(open("report.json"))["packets"]["sent"] == 8'
