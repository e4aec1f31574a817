#!/usr/bin/env python3
"""Compares what Suricata found in two runs over the same traffic: the same events, as often.

    suricata_events.py FILE_EVE.json LIVE_EVE.json

Exit code 1 and the differences if they are not the same. The flows must also begin and end when they should: half of these times
by a fifth of a second, which a wrong speed or a lost pause would not leave of eight seconds; all of them by what a machine may
stall.
"""
import collections
import datetime
import json
import statistics
import sys

WANTED = {"alert", "dns", "fileinfo", "flow", "http", "smtp", "ssh", "tls"}
# What two runs over the same packets need not have in common. Everything else has to be equal.
LEFT_OUT = {
    "timestamp": "when the event came: now, or when it was captured",
    "flow_id": "a number with a random part, new in each run",
    "pcap_cnt": "place of the packet in the file, only for files",
    "in_iface": "only for interfaces",
}
FLOW_LEFT_OUT = {
    "start": "as timestamp; compared below",
    "end": "as timestamp; compared below",
    "age": "end - start, rounded to seconds: 0.9996 s and 1.0001 s are 0 and 1",
}
MEDIAN_TOLERANCE_S = 0.2
TOLERANCE_S = 3


def read(path):
    """(events without what may differ, as often as they come; (start, end) of each flow)"""
    events, times = collections.Counter(), {}
    with open(path, encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            if event["event_type"] == "stats":  # how Suricata itself is doing
                continue
            flow = event.get("flow", {})
            if event["event_type"] == "flow":
                ends = tuple(event.get(key) for key in ("proto", "src_ip", "src_port", "dest_ip", "dest_port"))
                times.setdefault(ends, []).append([seconds(flow["start"]), seconds(flow["end"])])
            event = {key: value for key, value in event.items() if key not in LEFT_OUT}
            if flow:
                event["flow"] = {key: value for key, value in flow.items() if key not in FLOW_LEFT_OUT}
            events[json.dumps(event, sort_keys=True)] += 1
    return events, {ends: sorted(of_flow) for ends, of_flow in times.items()}


def seconds(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def main():
    (file_events, file_times), (live_events, live_times) = map(read, sys.argv[1:])
    missing, strange = file_events - live_events, live_events - file_events
    for title, events in (("only in the file", missing), ("only live", strange)):
        for event, times in list(events.items())[:10]:
            print(f"{title}, {times} times: {event}")
    if missing or strange:
        return 1

    kinds = collections.Counter()
    for event, times in file_events.items():
        kinds[json.loads(event)["event_type"]] += times
    if set(kinds) != WANTED:
        print(f"this traffic should give {sorted(WANTED)}, not {sorted(kinds)}")
        return 1
    # How much later each is than in the file; the median is how much later the whole is.
    later = [b - a for ends, times in file_times.items() for pairs in zip(times, live_times[ends]) for a, b in zip(*pairs)]
    middle = statistics.median(later)
    errors = [abs(time - middle) for time in later]
    median, worst = statistics.median(errors), max(errors)
    print(f"the same {sum(kinds.values())} events ({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}); "
          f"flows begin and end within {worst * 1000:.1f} ms of their times, half of them within {median * 1000:.1f} ms")
    return 0 if worst <= TOLERANCE_S and median <= MEDIAN_TOLERANCE_S else 1


if __name__ == "__main__":
    sys.exit(main())
