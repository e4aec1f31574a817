"""How fast packets leave when nothing has to wait."""
from harness import Command, mib, spread
from wire import NEAR, Receiver, merged_pcap, netsniff, received, report_seconds, seconds_in

# name: description, options of generate, packets, packets with --quick
SETS = {
    "64": ("packets of 64 bytes", "--kind fixed --size 64", 1677720, 100000),
    "imix": ("packets of 64, 594 and 1514 bytes (58, 33, 9 %)", "--kind imix", 695672, 40000),
    "1500": ("packets of 1500 bytes", "--kind fixed --size 1500", 354136, 20000),
}
LOOPS = {"mmsg": "sendmmsg", "ring": "PACKET_TX_RING", "xsk": "AF_XDP, copied"}


def bare_loops(bench, files):
    """One row for each way into the kernel, and two threads where that is possible on one queue."""
    seconds = seconds_in(r'"send_seconds": ([0-9.]+)')
    for mode, threads in (("mmsg", 1), ("ring", 1), ("xsk", 1), ("mmsg", 2), ("ring", 2)):
        argv = [bench.program("tx_loop"), "-i", NEAR, "-m", mode, "-b", "256", "-t", threads, *files]
        name = f"bare loop, {LOOPS[mode]}" + ", 2 threads" * (threads == 2)
        yield Command(name, argv, own_seconds=seconds, threads=threads)


def ours(bench, folder):
    report = bench.data / "report.json"
    argv = [bench.program("gophercap"), "replay", "--topspeed", "--quiet", "--out-interface", NEAR, "--report", report]
    for tx, threads in (("auto", 1), ("packet", 1), ("ring", 1), ("xdp", 1), ("auto", 2)):
        flags = ["--tx", tx] + ["--tx-threads", "2"] * (threads == 2)
        yield Command(" ".join(["gophercap --topspeed", *flags]), [*argv, *flags, folder],
                      own_seconds=report_seconds(report), threads=threads)


def peers(bench, merged):
    if tool := bench.tool("tcpreplay"):
        yield Command("tcpreplay --topspeed", [tool, "--topspeed", "-i", NEAR, merged],
                      own_seconds=seconds_in(r"sent in ([0-9.]+) seconds"))
    if tool := bench.tool("netsniff-ng"):
        yield Command("netsniff-ng", netsniff(tool, merged), own_seconds=seconds_in(r"(\d+) sec, (\d+) usec in total"))


def measure(bench, commands, count, listening):
    receiver = Receiver(bench)
    seen = [0]

    def before():
        if listening:
            receiver.start()
        seen[0] = received()

    def after(_):
        delivered = received() - seen[0]
        return {"delivered": delivered, "heard": receiver.stop()["packets"] if listening else None}

    for command in commands:
        command.work, command.before, command.after = count, before, after
    bench.measure(commands)


def table(bench, words, count, commands, loops, listening):
    def mpps(command):
        return min(command.values("delivered")) / command.median("own") / 1e6

    def of_best(command):
        """Against the best bare loop with as many threads."""
        if command in loops:
            return ""
        return f"{mpps(command) / max(mpps(loop) for loop in loops if loop.threads == command.threads):.2f}"

    def row(command):
        heard = [f"{min(command.values('heard')):,}"] if listening else []
        return [command.name, f"{min(command.values('delivered')):,}", *heard, f"{mpps(command):.3f}",
                of_best(command), spread(command.values("own")), spread(command.values("wall")),
                f"{command.median('cpu'):.2f}", mib(command.median("rss_kib"))]

    heard = ["heard"] if listening else []
    bench.section(f"throughput, {words}, {'with a' if listening else 'no'} receiver",
                  f"{count:,} {words} over a veth pair; gophercap and the bare loops read 8 files (overlapping in time: "
                  "gophercap maps and merges them), the others one merged file. Mpps: packets received at the far end in "
                  "the time that the sender itself reports, first to last packet; compared with the best bare loop of as many threads. "
                  "The process time includes loading and mapping." +
                  " A receiver counts what arrives; `heard` is what fitted into its buffer." * listening,
                  commands, ["", "delivered", *heard, "Mpps", "of the bare loop", "send s", "process s", "CPU s", "peak MiB"],
                  row)


def throughput(bench, options):
    for name in options.sets or SETS:
        if name not in SETS:
            continue
        words, kind, *counts = SETS[name]
        count = counts[options.quick]
        folder = bench.generated(f"t{name}", f"{kind} --files 8 --writers 8 --packets {count} --span 60")
        files = sorted(folder.glob("*.pcap"))
        merged = merged_pcap(bench, folder, f"t{name}-merged")
        bench.walked([*files, merged])
        for listening in (False, True):
            loops = list(bare_loops(bench, files))
            commands = [*ours(bench, folder), *loops, *peers(bench, merged)]
            measure(bench, commands, count, listening)
            table(bench, words, count, commands, loops, listening)
