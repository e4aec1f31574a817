"""The inputs and command lines of the fault runs: small inputs of every kind."""
import bz2
import gzip
import io
import lzma
import os
import shutil
import struct
import subprocess
import tarfile
from dataclasses import dataclass, field


@dataclass
class Scenario:
    name: str
    arguments: list
    exit_status: int = 0
    before: dict = field(default_factory=dict)  # file in the run's folder: what is copied to it
    stdin: str = ""
    compare_stdout: bool = False  # it has only results that do not depend on machine or clock
    wire: bool = False            # needs an interface: the arguments contain {interface}
    # Files whose bytes differ from run to run, and how to compare them (see judge.py).
    volatile: dict = field(default_factory=dict)


def frame(number, size):
    return bytes.fromhex("0200000000010200000000020800") + bytes((number + i) % 256 for i in range(size - 14))


def pcap(count, offset_us=0, size=260):
    out = io.BytesIO()
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for i in range(count):
        data = frame(i, size)
        out.write(struct.pack("<IIII", 1600000000 + i // 1000, i % 1000 * 1000 + offset_us, size, size) + data)
    return out.getvalue()


def pcapng(count, offset_us=0, size=200):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)), block(1, struct.pack("<HHI", 1, 0, 65535))]
    for i in range(count):
        data = frame(i, size)
        ticks = (1600000000 + i // 1000) * 1000000 + i % 1000 * 1000 + offset_us
        out.append(block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, size, size) + data))
    return b"".join(out)


def compress(program, data):
    """Made by a program that this machine may lack; None in that case."""
    if shutil.which(program) is None:
        return None
    return subprocess.run([program, "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def out_of_order(data):
    """The same records, every tenth pair swapped."""
    header, record = data[:24], len(data[24:]) // ((len(data) - 24) // 276)
    records = [data[24 + i:24 + i + record] for i in range(0, len(data) - 24, record)]
    for i in range(0, len(records) - 1, 10):
        records[i], records[i + 1] = records[i + 1], records[i]
    return header + b"".join(records)


def write(folder, files):
    for name, data in files.items():
        if data is None:
            continue
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, (1600000000, 1600000000))


def tarball(path, mode, files):
    with tarfile.open(path, mode) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), 1600000000
            tar.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("set/link.pcap")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "a.pcap", 1600000000
        tar.addfile(link)
    os.utime(path, (1600000000, 1600000000))


def make_inputs(folder):
    plain = {"a.pcap": pcap(2400), "b.pcap": out_of_order(pcap(300, 300)), "sub/c.pcapng": pcapng(500, 600)}
    packed = {"a.pcap.gz": gzip.compress(pcap(1200), 6, mtime=0), "b.pcap.xz": lzma.compress(pcap(900, 100)),
              "c.pcap.bz2": bz2.compress(pcap(900, 200)), "d.pcap.zst": compress("zstd", pcap(900, 300)),
              "e.pcap.lz4": compress("lz4", pcap(900, 400)), "f.pcapng.gz": gzip.compress(pcapng(200, 500), 6, mtime=0)}
    write(os.path.join(folder, "plain"), plain)
    write(os.path.join(folder, "packed"), packed)
    write(os.path.join(folder, "cut"), {"a.pcap": pcap(400), "b.pcap": pcap(400, 500)[:-100],
                                        "c.pcap.gz": gzip.compress(pcap(400, 200), 6, mtime=0)[:-30]})
    members = {"set/a.pcap": pcap(2400), "set/b.pcap": pcap(300, 300), "set/deep/c.pcapng": pcapng(300, 600), "set/notes.txt": b"notes\n",
               "set/d.pcap.gz": gzip.compress(pcap(300, 100), 6, mtime=0)}
    tarball(os.path.join(folder, "set.tar"), "w", members)
    tarball(os.path.join(folder, "set.tar.gz"), "w:gz", members)
    tarball(os.path.join(folder, "set.tar.xz"), "w:xz", members)
    with open(os.path.join(folder, "set.tar"), "rb") as file:
        whole = file.read()
    write(folder, {"cut.tar": whole[:400000], "map.yaml": b"map:\n  file:\n    workers: 2\n"})


def map_inputs(gophercap, folder):
    """Dumps, an index, a recording, half an extraction: the inputs of later commands."""
    def run(*arguments):
        subprocess.run([gophercap, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    for name in ("plain", "packed"):
        run("map", f"{folder}/{name}", "--dump-json", f"{folder}/{name}.json")
    os.makedirs(f"{folder}/mapped")
    run("map", f"{folder}/set.tar.gz", "--dump-json", f"{folder}/mapped/dump.json")
    run("replay", "--dump-json", f"{folder}/plain.json", "--out-file", f"{folder}/sent.pcap")
    run("tarExtract", f"{folder}/set.tar.gz", "--out-dir", f"{folder}/half", "--file-regexp", "b.pcap")


def scenarios(inputs):
    def at(name):
        return f"{inputs}/{name}"

    index = "set.tar.gz.index"
    mapped = {"dump.json": at("mapped/dump.json"), index: at(f"mapped/{index}")}
    report = {"report.json": "report"}
    return [
        Scenario("map-plain", ["map", at("plain"), "--dump-json", "dump.json", "--file-workers", "2"]),
        Scenario("map-config", ["map", at("plain"), "--dump-json", "dump.json", "--config", at("map.yaml")]),
        Scenario("map-packed", ["map", at("packed"), "--dump-json", "dump.json"]),
        Scenario("map-packed-2", ["map", at("packed"), "--dump-json", "dump.json", "--file-workers", "8"]),
        Scenario("map-cut", ["map", at("cut"), "--dump-json", "dump.json"], 3),
        Scenario("map-json", ["map", at("plain"), "--dump-json", "-"], compare_stdout=True),
        Scenario("map-tar", ["map", at("set.tar.gz"), "--dump-json", "dump.json"], volatile={index: "index"}),
        Scenario("map-tar-xz", ["map", at("set.tar.xz"), "--dump-json", "dump.json"], volatile={"set.tar.xz.index": "index"}),
        Scenario("map-tar-index", ["map", at("set.tar.gz"), "--dump-json", "dump.json", "--file-regexp", "a.pcap$"], before=mapped,
                 volatile={index: "index"}),
        Scenario("map-tar-stdin", ["map", "-", "--dump-json", "dump.json"], stdin=at("set.tar.gz")),
        Scenario("replay-file", ["replay", "--dump-json", at("plain.json"), "--out-file", "out.pcap", "--report", "report.json"], volatile=report),
        Scenario("replay-file-ng", ["replay", "--dump-json", at("plain.json"), "--out-file", "out.pcapng", "--out-format", "pcapng"]),
        Scenario("replay-pipe", ["replay", "--dump-json", at("plain.json"), "--out-file", "-"], compare_stdout=True),
        Scenario("replay-packed", ["replay", "--dump-json", at("packed.json"), "--out-file", "out.pcap", "--report", "report.json"], volatile=report),
        Scenario("replay-paths", ["replay", at("packed"), "--out-file", "out.pcap"]),
        Scenario("replay-window", ["replay", "--dump-json", at("plain.json"), "--out-file", "out.pcap", "--time-from", "2020-09-13 12:26:40.1"]),
        Scenario("replay-discard", ["replay", "--dump-json", at("plain.json"), "--discard", "--report", "report.json", "--reorder",
                                    "--out-bpf", "ether[0] = 2"], volatile=report),
        Scenario("replay-preload", ["replay", "--dump-json", at("plain.json"), "--discard", "--report", "report.json", "--preload",
                                    "--loop-count", "3"], volatile=report),
        Scenario("replay-tar", ["replay", "--dump-json", "dump.json", "--out-file", "out.pcap"], before=mapped, volatile={index: "index"}),
        Scenario("replay-tar-paths", ["replay", at("set.tar.gz"), "--out-file", "out.pcap"]),
        Scenario("verify", ["verify", at("sent.pcap"), "--dump-json", at("plain.json"), "--json"]),
        Scenario("verify-packed", ["verify", at("sent.pcap"), "--dump-json", at("packed.json")], 3),
        Scenario("tar-plain", ["tarExtract", at("set.tar"), "--out-dir", "out"]),
        Scenario("tar-gz", ["tarExtract", at("set.tar.gz"), "--out-dir", "out"]),
        Scenario("tar-map", ["tarExtract", at("set.tar.gz"), "--out-dir", "out", "--map", "map.json"]),
        Scenario("tar-gzip", ["tarExtract", at("set.tar"), "--out-dir", "out", "--out-gzip", "--workers", "2"]),
        Scenario("tar-zstd", ["tarExtract", at("set.tar.xz"), "--out-dir", "out", "--out-zstd", "--fsync"]),
        Scenario("tar-resume", ["tarExtract", at("set.tar.gz"), "--out-dir", "out", "--resume"], before={"out": at("half")}),
        Scenario("tar-cut", ["tarExtract", at("cut.tar"), "--out-dir", "out"], 3),
        Scenario("tar-stdin", ["tarExtract", "-", "--out-dir", "out"], stdin=at("set.tar.gz")),
        Scenario("tar-dryrun", ["tarExtract", at("set.tar.gz"), "--dryrun", "--json"], compare_stdout=True),
        Scenario("config", ["exampleConfig", "--config", "new.yaml"]),
        Scenario("wire-packet", ["replay", "--dump-json", at("plain.json"), "--out-interface", "{interface}", "--topspeed", "--tx", "packet",
                                 "--report", "report.json"], wire=True, volatile=report),
        Scenario("wire-ring", ["replay", "--dump-json", at("plain.json"), "--out-interface", "{interface}", "--topspeed", "--tx", "ring",
                               "--report", "report.json"], wire=True, volatile=report),
        Scenario("wire-xdp", ["replay", "--dump-json", at("plain.json"), "--out-interface", "{interface}", "--topspeed", "--tx", "xdp",
                              "--report", "report.json"], wire=True, volatile=report),
        Scenario("wire-auto", ["replay", "--dump-json", at("packed.json"), "--out-interface", "{interface}", "--mbps", "800",
                               "--tx-threads", "2", "--report", "report.json"], wire=True, volatile=report),
        Scenario("wire-tar", ["replay", "--dump-json", "dump.json", "--out-interface", "{interface}", "--topspeed"],
                 before=mapped, wire=True, volatile={index: "index"}),
    ]
