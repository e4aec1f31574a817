# Without CAP_NET_RAW there is an error that says what to do.
. "$(dirname "$0")/common.inc"

command -v setpriv >/dev/null || skip "no setpriv"
lay_wire
make_pcap "$work/one.pcap" 1 "${macs}0800:46"
# A copy that other users can read, wherever the build folder is.
cp "$GOPHERCAP" "$work/gophercap"
chmod -R a+rX "$work"

status=0
HOME=$work setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-net_raw \
  "$work/gophercap" replay --out-interface "$near" "$work/one.pcap" >"$work/replay.out" 2>"$work/replay.err" || status=$?
((status == 1)) || fail "exit status $status, not 1"
says replay.err "error: interface $near: .*not permitted"
says replay.err 'hint: .*cap_net_raw'
