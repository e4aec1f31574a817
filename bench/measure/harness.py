"""What bench/run is made of: data sets that are made once, commands measured in interleaved rounds, tables."""
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from typing import Callable

GIB = 1 << 30
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def fail(text):
    sys.exit(f"bench/run: error: {text}")


@dataclasses.dataclass
class Command:
    """One row of a table."""

    name: str
    argv: list
    work: float = 0  # what it does: bytes or packets
    against: str = ""  # the row of ours that it is compared with
    threads: int = 1  # that send
    report: pathlib.Path = None  # where one of ours writes its report
    own_seconds: Callable = None  # output text -> seconds, for tools that time themselves
    before: Callable = None  # run in front of each round
    after: Callable = None  # output text -> extra values of the round
    runs: list = dataclasses.field(default_factory=list)

    def values(self, key):
        return [run[key] for run in self.runs if key in run]

    def median(self, key):
        values = self.values(key)
        return statistics.median(values) if values else None


class Bench:
    def __init__(self, build, data, rounds, command_line):
        self.build = pathlib.Path(build)
        self.data = pathlib.Path(data)
        self.rounds = rounds
        self.command_line = command_line
        self.sections = []
        self.lateness = {}  # (set, command): quantiles, for the picture

    # Programs and sets

    def program(self, name):
        path = self.build / ("gophercap" if name == "gophercap" else f"bench/{name}")
        if not path.exists():
            fail(f"{path} is missing: build it first (./dev build)")
        return str(path)

    def tool(self, name):
        """A peer's program, or None if it is not installed."""
        path = shutil.which(name)
        if path is None:
            say(f"  {name} is not installed: left out")
        return path

    def make_set(self, name, make, recipe):
        """A folder of the data folder; made again unless it was completed by the same recipe."""
        folder = self.data / name
        marker = self.data / f"{name}.complete"
        if folder.exists() and marker.exists() and marker.read_text() == recipe:
            return folder
        say(f"making {name}: {recipe}")
        shutil.rmtree(folder, ignore_errors=True)
        marker.unlink(missing_ok=True)
        folder.mkdir(parents=True)
        make(folder)
        marker.write_text(recipe)
        return folder

    def generated(self, name, options):
        def make(folder):
            subprocess.run([self.program("generate"), "--out", str(folder), *options.split()],
                           check=True, stdout=subprocess.DEVNULL)
        return self.make_set(name, make, options)

    def walked(self, files):
        """Packets and bytes of plain files, counted by the bare walk; warms the page cache, too."""
        done = subprocess.run([self.program("walk"), *map(str, files)], check=True, capture_output=True)
        return json.loads(done.stdout)

    # Measuring

    def measure(self, commands):
        """All commands of a group, one after the other, `rounds` times; each round begins with another one."""
        for number in range(self.rounds):
            shift = number % len(commands)
            for command in commands[shift:] + commands[:shift]:
                self.run_once(command)
                last = command.runs[-1]
                seconds = last.get("own", last["wall"])
                say(f"  round {number + 1}: {command.name}: {seconds:.3f} s")

    def run_once(self, command):
        result = self.data / "launch.json"
        output = self.data / "output.txt"
        if command.before:
            command.before()
        # Through a small program, because a child would inherit the peak memory of this one.
        with output.open("wb") as out:
            launch = [self.program("launch"), str(result), *map(str, command.argv)]
            subprocess.run(launch, stdout=out, stderr=subprocess.STDOUT, check=True)
        text = output.read_text(errors="replace")
        run = json.loads(result.read_text())
        run["cpu"] = run["user"] + run["system"]
        if run["exit"] != 0:
            fail(f"{command.name}: exit {run['exit']}, signal {run['signal']}\n{text}")
        if command.own_seconds:
            run["own"] = command.own_seconds(text)
        if command.after:
            run.update(command.after(text))
        command.runs.append(run)

    # Writing

    def shown(self, argv):
        """A command line for people: without the folders of this machine, files of one folder as DATA/folder/*."""
        line = " ".join(shlex.quote(arg) if " " in arg else arg for arg in map(str, argv))
        line = line.replace(str(self.data), "DATA").replace(f"{self.build}/", "")
        line = re.sub(r"/usr/s?bin/", "", line)
        line = re.sub(r"/dev/shm/tmp\w+", "MEMORY", line)
        return re.sub(r"(?<![^ ])(DATA/\w+)/[^ /]+( \1/[^ /]+)+", r"\1/*", line)

    def section(self, title, text, commands, header, row):
        lines = [f"## {title}", "", text, "", "| " + " | ".join(header) + " |",
                 "|" + "---|" * len(header)]
        lines += ["| " + " | ".join(row(command)) + " |" for command in commands]
        lines += ["", "```"] + [self.shown(c.argv) for c in commands] + ["```", ""]
        self.sections.append("\n".join(lines))
        print(self.sections[-1], flush=True)

    def picture(self, words, svg, path):
        """Writes it; the section beside the others shows it, once."""
        path.write_text(svg)
        shown = f"![{words}]({path.name})\n"
        if shown not in self.sections:
            self.sections.append(shown)

    def write(self, path):
        """What there is so far: a run takes long, and its last group may fail."""
        head = [f"`{self.command_line}`", "", *machine(self), ""]
        pathlib.Path(path).write_text("\n".join(head + self.sections))


def machine(bench):
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.machine())
    memory = int(open("/proc/meminfo", encoding="utf-8").readline().split()[1]) / (1 << 20)
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "?")
    version = subprocess.run([bench.program("gophercap"), "version"], capture_output=True, text=True,
                             check=True).stdout.strip()
    now = datetime.datetime.now(datetime.timezone.utc)
    cpus = len(os.sched_getaffinity(0))
    return [f"- {now:%Y-%m-%d %H:%M} UTC, {version}, {bench.rounds} interleaved rounds, medians (smallest to largest)",
            f"- {cpus} CPUs ({cpu}), {memory:.0f} GiB, {system}, kernel {platform.release()}"]


def spread(values, digits=3):
    """median (min to max)"""
    if not values:
        return "–"
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def mib(kib):
    return f"{kib / 1024:.0f}"


def ratio(ours, peer, seconds_key):
    """How many times faster ours is, from medians of the same run."""
    if ours is None or ours is peer:
        return ""
    return f"{peer.median(seconds_key) / ours.median(seconds_key):.2f}×"


def wait_until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            fail(f"waited in vain for {what}")
        time.sleep(0.05)
