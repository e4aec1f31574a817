#!/usr/bin/env bash
# `replay --out-file - | head`: when the reader exits, there is no signal and no hang, but a message, a summary
# and a failure status.
. "$(dirname "$0")/common.inc"

# shellcheck disable=SC2046
capture big.pcap $(seq 1000 21000)
status=0
{
  timeout 20 "$GOPHERCAP" replay big.pcap --out-file - --report report.json 2>err || status=$?
  echo "$status" >status
} | head -c 100 >/dev/null
[[ $(<status) -eq 1 ]] || { cat status err; exit 1; }
has err "Broken pipe"
python3 - <<'PYTHON'
import json
packets = json.load(open("report.json"))["packets"]
assert packets["balanced"] and packets["unsent_at_stop"] > 0, packets
PYTHON
