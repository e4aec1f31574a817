# Several sending threads: nothing is lost, and packets between two stations stay in order, in every loop.
. "$(dirname "$0")/common.inc"

# pairs_in_order EXPECTED RECEIVED: the same frames, with those of each pair of addresses in the same
# order.
pairs_in_order() {
  python3 - "$@" <<'PYTHON'
import collections, struct, sys

def frames(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xd4\xc3\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length

def by_pair(path):
    pairs = collections.defaultdict(list)
    for frame in frames(path):
        if frame[12:14] != b"\x08\x00":
            sys.exit(f"{path}: a frame that is not IPv4")
        pairs[tuple(sorted((frame[26:30], frame[30:34])))].append(frame)
    return pairs

expected, received = by_pair(sys.argv[1]), by_pair(sys.argv[2])
if len(expected) < 8:
    sys.exit(f"only {len(expected)} pairs of stations: this says nothing")
wrong = [pair for pair in expected.keys() | received.keys() if expected.get(pair) != received.get(pair)]
sys.exit(f"{len(wrong)} of {len(expected)} pairs differ" if wrong else 0)
PYTHON
}

lay_wire
make_set --files 6 --writers 3 --packets 6000 --span 0.5

# in_order LOOPS THREADS [ARGUMENT...]
in_order() {
  local loops=$1 threads=$2
  shift 2
  [[ -e $work/$loops.pcap ]] || { replay_to_file --loop-count "$loops" "$work/set" && mv "$work/merged.pcap" "$work/$loops.pcap"; }
  start_receiver
  replay 0 --tx-threads "$threads" --loop-count "$loops" "$@" "$work/set"
  stop_receiver
  report packets.sent $((6000 * loops)) counted_by_interface $((6000 * loops)) loops_done "$loops" \
    interface.tx_threads "$threads"
  pairs_in_order "$work/$loops.pcap" "$work/received.pcap" || fail "$threads threads, $loops loops: $*"
}

in_order 1 2
in_order 1 4
in_order 3 2 --topspeed
in_order 3 4 --topspeed --preload
in_order 3 4 --topspeed --tx ring

# A schedule that --late slip moves for all packets cannot be combined with several senders.
rm "$work/report.json"
replay 2 --tx-threads 2 --late slip "$work/set"
says replay.err 'error: --tx-threads: excludes --late slip'
replay 2 --tx-threads 64 "$work/set"
says replay.err 'error: --tx-threads: must be from 1 to 63'
