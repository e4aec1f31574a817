# During a replay, one file of the set is removed, one truncated, one replaced by another capture: each is named, what
# was readable and the rest of the set are sent, and the packet counts add up.
. "$(dirname "$0")/common.inc"

lay_wire
# 3 s at 1 kpps in four consecutive files; the given memory lets it read only a few packets ahead.
make_set --files 4 --packets 3000 --rate 1000 --pattern constant --sequence --span 3 2>/dev/null ||
  make_set --files 4 --packets 3000 --span 3
mapfile -t files < <(find "$work/set" -type f | sort)
((${#files[@]} == 4)) || fail "${#files[@]} files"
cp "${files[0]}" "$work/other.pcap"
start_replay --memory 1 "$work/set"
rm "${files[1]}"
truncate -s $(($(stat -c %s "${files[2]}") / 2)) "${files[2]}"
cp "$work/other.pcap" "$work/new" && mv "$work/new" "${files[3]}"
wait_replay 20

[[ $(json "$work/end.json" exit) == 3 ]] || fail "exit status $(json "$work/end.json" exit), not 3"
report packets.balanced true
report packets.sent "$(received_by_far_end)"
says replay.err 'warning: .*not read to the end'
says replay.out "${files[2]##*/}.*(shorter|changed)"
