"""The wire of bench/run: a veth pair in a network namespace of its own, and who listens at its far end."""
import json
import pathlib
import re
import signal
import subprocess

from harness import fail, wait_until

NEAR, FAR = "benchnear", "benchfar"


def lay_wire():
    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    no_ipv6 = pathlib.Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")
    if no_ipv6.exists():
        no_ipv6.write_text("1")
    ip("link", "add", NEAR, "mtu", "9000", "type", "veth", "peer", "name", FAR, "mtu", "9000")
    for end in (NEAR, FAR):
        ip("link", "set", "dev", end, "arp", "off", "up")
    show = ["ip", "-o", "link", "show", "dev", FAR]
    wait_until(lambda: b"LOWER_UP" in subprocess.run(show, check=True, capture_output=True).stdout, "the wire")


def received():
    done = subprocess.run(["ip", "-s", "-j", "link", "show", "dev", FAR], check=True, capture_output=True)
    return json.loads(done.stdout)[0]["stats64"]["rx"]["packets"]


class Receiver:
    """The other end of the wire while a command runs. With `expected`, a pcap, it keeps what comes and compares; else it counts."""

    def __init__(self, bench, expected=None):
        self.bench, self.expected = bench, expected
        self.pcap = bench.data / "received.pcap"
        self.process = None

    def start(self):
        purpose = ["--out", str(self.pcap)] if self.expected else ["--count-only"]
        self.process = subprocess.Popen([self.bench.program("veth_receiver"), "-i", FAR, *purpose],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stderr.readline() != "ready\n":
            fail("the receiver did not start")

    def stop(self):
        """Its totals: packets, ring_drops, …"""
        self.process.send_signal(signal.SIGTERM)
        return json.loads(self.process.communicate()[0])

    def compare(self, report=None):
        if self.stop()["ring_drops"]:
            fail("the receiver was too slow")
        argv = [self.bench.program("compare"), "--json", "--expected", str(self.expected), "--received", str(self.pcap)]
        own = json.loads(report.read_text()) if report else {}
        if own:
            argv += ["--started", own["started"]]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return json.loads(done.stdout) | {"own_lateness": own.get("lateness")}


# What the senders need and print

def seconds_in(pattern):
    def find(text):
        found = re.search(pattern, text)
        if not found:
            fail(f"no send time in:\n{text}")
        return float(found[1]) + (float(found[2]) / 1e6 if found.re.groups > 1 else 0)
    return find


def report_seconds(path):
    return lambda _: json.loads(path.read_text())["send_duration_ns"] / 1e9


def merged_pcap(bench, folder, name):
    """One file of a set, for the tools that take one."""
    def make(target):
        files = map(str, sorted(folder.glob("*.pcap")))
        subprocess.run(["mergecap", "-F", "pcap", "-w", str(target / "merged.pcap"), *files], check=True)
    recipe = "mergecap of " + (bench.data / f"{folder.name}.complete").read_text()
    return bench.make_set(name, make, recipe) / "merged.pcap"


def netsniff(tool, file):
    # Its defaults fail here: the ring is too large, and the default timer interrupts sending.
    return [tool, "--in", file, "--out", NEAR, "-s", "-k1000", "--ring-size", "16MiB"]
