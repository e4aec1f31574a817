"""How far from their times packets leave."""
import os
import statistics
import subprocess
import sys

import plot
from harness import SOURCE, Command, say
from wire import NEAR, Receiver, merged_pcap, netsniff

# name: description, packets per second, further options of generate. Ten seconds each.
GENERATED = {
    "constant": ("1,000 packets/s, evenly", 1000, "--pattern constant --files 1 --writers 1"),
    "constant100k": ("100,000 packets/s, evenly", 100000, "--pattern constant --files 1 --writers 1"),
    "bursts32": ("bursts of 32 each 10 ms", 3200, "--pattern bursts32 --files 1 --writers 1"),
    "poisson": ("20,000 packets/s at random, 8 files", 20000, "--pattern poisson --files 8 --writers 8"),
}
REAL = "real"
SETS = [*GENERATED, REAL]
PROFILES = ("eco", "balanced", "exact")
LOOP = "bare loop on absolute deadlines"
# tcpreplay's nano timer adds about 0.1 ms to every gap: half a minute for these sets.
TOO_SLOW_FOR_NANO = {"constant100k", "poisson"}
PARTS = ("p50", "p99", "p99_9", "max")


def generated(bench, name, quick):
    words, rate, options = GENERATED[name]
    seconds = 1 if quick else 10
    folder = bench.generated(name, f"--sequence {options} --rate {rate} --packets {rate * seconds}")
    return words, folder, merged_pcap(bench, folder, f"{name}-merged")


def real(bench):
    """Real captures, put together in ten seconds and split over six files; None if there are none here."""
    corpus = os.environ.get("GOPHERCAP_CORPUS")
    if not corpus:
        say(f"  {REAL}: GOPHERCAP_CORPUS names no folder of captures: left out")
        return None

    def make(folder):
        script = SOURCE / "tests/net/real_set.py"
        subprocess.run([sys.executable, script, corpus, folder / "set", folder / "merged.pcap"], check=True,
                       stdout=subprocess.DEVNULL)

    folder = bench.make_set(REAL, make, (SOURCE / "tests/net/real_set.py").read_text())
    return "real captures, the two directions of a flow in different files", folder / "set", folder / "merged.pcap"


def gophercap(bench, folder, profile):
    report = bench.data / "report.json"
    argv = [bench.program("gophercap"), "replay", "--quiet", "--pacing", profile, "--out-interface", NEAR,
            "--report", report, folder]
    return Command(f"gophercap, {profile}", argv, report=report)


def own_commands(bench, _name, folder, _merged):
    loop = [bench.program("sched_loop"), "-i", NEAR, *sorted(folder.glob("*.pcap"))]
    return [*(gophercap(bench, folder, profile) for profile in PROFILES), Command(LOOP, loop)]


def peer_commands(bench, name, folder, merged):
    commands = [gophercap(bench, folder, "balanced")]
    if tool := bench.tool("tcpreplay"):
        timers = [[], ["--timer=gtod"]] + [["--timer=nano"]] * (name not in TOO_SLOW_FOR_NANO)
        commands += [Command(" ".join(["tcpreplay", *timer]), [tool, *timer, "-i", NEAR, merged]) for timer in timers]
    if tool := bench.tool("netsniff-ng"):
        commands.append(Command("netsniff-ng", netsniff(tool, merged)))
    return commands


def middle(command, key, part):
    return statistics.median(run[key][part] for run in command.runs)


def times(ratio):
    return f"{ratio:,.0f}×" if ratio >= 100 else f"{ratio:.2g}×"


def beside(commands, yardstick):
    """'eco 1.2×, 1.5×; …': p50 and p99 of the lateness, as multiples of the yardstick's."""
    def one(command):
        parts = [middle(command, "lateness_centred_us", part) / middle(yardstick, "lateness_centred_us", part)
                 for part in ("p50", "p99")]
        return f"{command.name.removeprefix('gophercap, ')} {', '.join(map(times, parts))}"
    return "; ".join(map(one, commands))


def own_account(commands):
    """What we say of our lateness / what the receiver says, medians of the rounds."""
    def one(command):
        pairs = [(part, middle(command, "own_lateness", f"{part}_ns") / 1000, middle(command, "lateness_absolute_us", part))
                 for part in ("p50", "p99")]
        words = ", ".join(f"{part} {own:,.1f} / {seen:,.1f}" for part, own, seen in pairs)
        return f"{command.name.removeprefix('gophercap, ')} {words}"
    return "; ".join(map(one, commands))


def row(command):
    parts = [f"{middle(command, key, part):,.2f}" for key in ("lateness_centred_us", "gap_error_us") for part in PARTS]
    bad = max(run["lost"] + run["reordered_in_time"] for run in command.runs)
    return [command.name, f"{bad:,}", f"{command.median('drift_us') / 1000:.3f}", *parts, f"{command.median('cpu'):.2f}"]


def measure_set(bench, name, made, commands_of):
    words, folder, merged = made
    commands = commands_of(bench, name, folder, merged)
    receiver = Receiver(bench, merged)
    for command in commands:
        command.before = receiver.start
        command.after = lambda _, command=command: receiver.compare(command.report)
    bench.measure(commands)
    ours = [command for command in commands if command.report]
    others = [command for command in commands if not command.report]
    loop = next((command for command in others if command.name == LOOP), None)
    compared = (f"as multiples of the bare loop's: {beside(ours, loop)}" if loop else
                f"as multiples of gophercap's: {beside(others, ours[0])}")
    first = commands[0].runs[0]
    columns = [f"{kind} {part}" for kind in ("late", "gap") for part in ("p50", "p99", "p99.9", "max")]
    bench.section(f"times as captured: {name}" + " (peers)" * (loop is None),
                  f"{words}: {first['expected']:,} packets in {first['expected_seconds']:.1f} s, time-stamped by the kernel at the "
                  "far end. late: microseconds off schedule, less the median offset; gap: error of the gap to the "
                  "packet before; medians of the rounds.\n\n"
                  f"- Late p50 and p99 {compared}.\n"
                  f"- Late in µs by gophercap's own account / by the receiver: {own_account(ours)}.",
                  commands, ["", "lost or out of order", "drift ms", *columns, "CPU s"], row)
    for command in commands:
        quantiles = {part: middle(command, "lateness_centred_us", part) for part in PARTS}
        bench.lateness.setdefault((name, command.name), quantiles)


def each_set(bench, options, commands_of):
    for name in options.sets or SETS:
        if name not in SETS:
            continue
        if made := real(bench) if name == REAL else generated(bench, name, options.quick):
            measure_set(bench, name, made, commands_of)
    if options.out:
        bench.picture("Lateness of each sender on each set: p50, p99, p99.9, largest", plot.lateness(bench.lateness),
                      options.out.with_name(f"{options.out.stem}-lateness.svg"))


def timing(bench, options):
    each_set(bench, options, own_commands)


def timing_peers(bench, options):
    each_set(bench, options, peer_commands)
