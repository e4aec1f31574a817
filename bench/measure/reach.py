"""What it costs to send packets as other frames: rewritten, and in segments."""
import os
import pathlib
import shutil
import struct
import tempfile

from harness import Command, spread
from wire import NEAR, merged_pcap, received, report_seconds, seconds_in

PACKETS, QUICK_PACKETS = 695672, 40000
SUPER_PACKETS, QUICK_SUPER_PACKETS = 20000, 500
SUPER_PAYLOAD = 43 * 1448
RULES = ["--map-ip", "10.0.0.0/8=172.0.0.0/8", "--map-port", "80=8080", "--set-dst-mac", "02:00:5e:00:53:01"]
PEER_RULES = ["--pnat=10.0.0.0/8:172.0.0.0/8", "--portmap=80:8080", "--enet-dmac=02:00:5e:00:53:01"]


def on_wire(bench, folder, merged):
    report = bench.data / "report.json"
    argv = [bench.program("gophercap"), "replay", "--topspeed", "--quiet", "--out-interface", NEAR, "--report", report]
    plain = Command("gophercap --topspeed", [*argv, folder], own_seconds=report_seconds(report))
    yield plain
    yield Command("gophercap --topspeed, rewriting", [*argv, *RULES, folder], own_seconds=report_seconds(report))
    sent = seconds_in(r"sent in ([0-9.]+) seconds")
    if tool := bench.tool("tcpreplay"):
        yield Command("tcpreplay --topspeed", [tool, "--topspeed", "-i", NEAR, merged], own_seconds=sent)
        if rewrite := bench.tool("tcprewrite"):
            line = f"{rewrite} {' '.join(PEER_RULES)} -i {merged} -o rewritten.pcap && {tool} --topspeed -i {NEAR} rewritten.pcap"
            yield Command("tcprewrite, then tcpreplay --topspeed", ["sh", "-c", f"cd {bench.data} && {line}"], own_seconds=sent)
    if tool := bench.tool("tcpreplay-edit"):
        yield Command("tcpreplay-edit --topspeed, rewriting", [tool, "--topspeed", *PEER_RULES, "-i", NEAR, merged],
                      own_seconds=sent)


def rewriting(bench, options):
    count = QUICK_PACKETS if options.quick else PACKETS
    folder = bench.generated("reach", f"--kind imix --files 8 --writers 8 --packets {count} --span 60")
    merged = merged_pcap(bench, folder, "reach-merged")
    bench.walked([*sorted(folder.glob("*.pcap")), merged])
    seen = [0]
    commands = list(on_wire(bench, folder, merged))

    def before():
        seen[0] = received()

    for command in commands:
        command.work, command.before = count, before
        command.after = lambda _: {"delivered": received() - seen[0]}
    bench.measure(commands)

    def mpps(command):
        return min(command.values("delivered")) / command.median("own") / 1e6

    bench.section("rewriting at top speed",
                  f"{count:,} packets of 64, 594 and 1514 bytes over a veth pair, with other addresses, ports and a MAC address "
                  "where said. gophercap reads 8 files that overlap in time, the others one merged file. Mpps: packets received at "
                  "the far end in the time that the sender itself reports; tcprewrite's is only in the process time.",
                  commands, ["", "delivered", "Mpps", "of gophercap without rules", "send s", "process s", "CPU s"],
                  lambda c: [c.name, f"{min(c.values('delivered')):,}", f"{mpps(c):.3f}", f"{mpps(c) / mpps(commands[0]):.2f}",
                             spread(c.values("own")), spread(c.values("wall")), f"{c.median('cpu'):.2f}"])


def super_packets(path, count):
    """A download as it is captured after the network card has put segments together."""
    payload = bytes(range(256)) * (SUPER_PAYLOAD // 256 + 1)
    payload = payload[:SUPER_PAYLOAD]
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for n in range(count):
            tcp = struct.pack(">HHIIBBHHH", 443, 40000 + n % 16, n * SUPER_PAYLOAD & 0xffffffff, 1, 0x80, 0x10, 512, 0, 0)
            tcp += bytes.fromhex("0101080a0000000100000002")
            length = 20 + len(tcp) + SUPER_PAYLOAD
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, n & 0xffff, 0x4000, 64, 6, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
            frame_bytes = 14 + length
            out.write(struct.pack("<IIII", 1600000000 + n // 1000, n % 1000 * 1000, frame_bytes, frame_bytes))
            out.write(bytes.fromhex("0200000000020200000000010800") + ip + tcp + payload)


def segmenting(bench, options):
    count = QUICK_SUPER_PACKETS if options.quick else SUPER_PACKETS
    folder = bench.make_set("super", lambda f: super_packets(f / "super.pcap", count), f"{count} of {SUPER_PAYLOAD} bytes")
    captured = folder / "super.pcap"
    bench.walked([captured])
    memory = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        # One core for reading, segmenting and writing.
        cpu = str(max(os.sched_getaffinity(0)))
        argv = ["taskset", "-c", cpu, bench.program("gophercap"), "replay", captured, "--topspeed", "--quiet", "--out-file",
                memory / "out.pcap"]
        commands = [Command("gophercap --out-file", argv), Command("gophercap --out-file --mtu 1500", [*argv, "--mtu", "1500"]),
                    Command("cp", ["taskset", "-c", cpu, "cp", captured, memory / "out.pcap"])]
        size = captured.stat().st_size
        for command in commands:
            command.work = size
            command.before = lambda: (memory / "out.pcap").unlink(missing_ok=True)
        bench.measure(commands)
        bench.section("segmenting on one core",
                      f"{count:,} TCP packets of {SUPER_PAYLOAD:,} bytes of payload, {size / 1e9:.2f} GB, from the page cache into a file in "
                      "memory. Gbit/s: of the packets read, in the time of the whole process, which maps the capture first.",
                      commands, ["", "Gbit/s", "process s", "CPU s"],
                      lambda c: [c.name, f"{8 * size / c.median('wall') / 1e9:.1f}", spread(c.values("wall")), f"{c.median('cpu'):.2f}"])
    finally:
        shutil.rmtree(memory)


def reach(bench, options):
    rewriting(bench, options)
    segmenting(bench, options)
