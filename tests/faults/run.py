#!/usr/bin/env python3
"""Makes one system call (or library call) at a time fail, in every command, and checks how the tool reacts.

  run.py --gophercap BINARY --shim faults_shim.so                     everything
  run.py … --seconds 60                                               a sample, the same every time
  run.py … --only map-plain read:2:EIO                                a single run, with all its output

Exit status: 0: no faults found; 1: faults found; 77: cannot run here.
"""
import argparse
import concurrent.futures
import errno
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass

import judge
import scenarios as inputs

# The errors with which each kind of call may fail. "short" and EINTR must make no difference at
# all.
ERRORS = {
    "read": ["EIO", "EINTR", "short"],
    "pread": ["EIO", "EINTR", "ENOMEM", "short"],
    "write": ["EIO", "ENOSPC", "EDQUOT", "EINTR", "short"],
    "pwrite": ["EIO", "ENOSPC", "EDQUOT", "EINTR", "short"],
    "open": ["EMFILE", "ENFILE", "EACCES", "EIO", "ENOMEM", "EINTR"],
    "create": ["EMFILE", "EACCES", "ENOSPC", "EDQUOT", "EIO", "EINTR"],
    "rename": ["EIO", "ENOSPC", "EDQUOT", "EACCES"],
    "fsync": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "ftruncate": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "send": ["ENOBUFS", "EAGAIN", "EINTR", "ENOMEM", "EIO", "short"],
    "ask": ["ENOBUFS", "ENOMEM", "EINTR"],
    "receive": ["ENOBUFS", "ENOMEM", "EINTR"],
    "socket": ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPERM"],
    "thread": ["EAGAIN"],
    "mmap": ["ENOMEM", "EAGAIN"],
    "malloc": ["ENOMEM"],
    "fstat": ["EIO", "ENOMEM"],
    "stat": ["EIO", "EACCES", "ENOMEM"],
    "getdents": ["EIO", "ENOMEM"],
    "close": ["EIO", "ENOSPC", "EDQUOT", "EINTR"],
    "poll": ["EINTR"],
    "sleep": ["EINTR"],
    "mkdir": ["EACCES", "ENOSPC", "EDQUOT", "EIO"],
    "link": ["EACCES", "ENOSPC", "EDQUOT", "EIO"],
    "chmod": ["EIO"],
    "fcntl": ["EMFILE"],
}
# Lasting failures: no more threads, no more memory, a full disk.
LASTING = {"thread": ["EAGAIN"], "malloc": ["ENOMEM"], "write": ["ENOSPC"], "pwrite": ["ENOSPC"], "open": ["EMFILE"], "create": ["ENOSPC"]}

# Exceptions from the rules: scenario, kind, error, the violated rule, why it is right, a message that is required.
EXCEPTIONS = [
    ("*", "malloc", "ENOMEM", "cause not named", "glibc says EAGAIN where there is no memory for a new thread's own variables",
     "thread creation refused"),
    ("map-tar-index", "stat", "*", "object not named", "an index that can't be looked at is made anew, beside nothing that is lost", ""),
]


@dataclass(frozen=True)
class Fault:
    kind: str
    position: str  # "5", "5+"
    error_name: str

    @property
    def is_short(self):
        return self.error_name == "short"

    @property
    def number(self):
        return 0 if self.is_short else getattr(errno, self.error_name)

    @property
    def is_transient(self):
        """True if nothing has failed: the call has to be repeated or continued."""
        if self.kind == "send" and self.error_name in ("ENOBUFS", "EAGAIN"):
            return True
        return self.error_name in ("EINTR", "short")

    def variable(self):
        return f"{self.kind}:{self.position}:{'short' if self.is_short else self.number}"

    def __str__(self):
        return f"{self.kind}:{self.position}:{self.error_name}"


class Hit:
    """The report of the shim: how often each kind was called, and which object the fault concerned."""
    ROWS, ROW, PATH = 40, 24, 512

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.calls = {}
        for at in range(0, self.ROWS * self.ROW, self.ROW):
            name = data[at:at + 16].rstrip(b"\0").decode()
            if name:
                self.calls[name] = int.from_bytes(data[at + 16:at + 24], "little")
        at = self.ROWS * self.ROW
        self.hits = int.from_bytes(data[at:at + 8], "little")
        self.writable = int.from_bytes(data[at + 8:at + 16], "little") != 0
        self.path = data[at + 16:at + 16 + self.PATH].split(b"\0")[0].decode(errors="replace")


class Runner:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.inputs = os.path.join(work, "inputs")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GOPHERCAP")}
        self.environment.update(HOME=work, NO_COLOR="1", LD_PRELOAD=os.path.abspath(options.shim), LC_ALL="C", TZ="UTC")
        # A build with coverage would spend most of its time on counter files.
        self.environment.update(LLVM_PROFILE_FILE="/dev/null")
        self.wires = queue.Queue()
        self.durations = {}  # of scenarios without a fault, when the usual one took self.usual
        self.usual = 0

    def time_usual(self):
        """How long a small map takes at present, as a measure of how busy the machine is."""
        begun = time.monotonic()
        command = [self.options.gophercap, "map", f"{self.inputs}/plain", "--dump-json", os.devnull]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=100)
        return time.monotonic() - begun

    def patience(self, scenario):
        """After how many seconds a run that takes longer than usual counts as hanging, given the present speed of the machine."""
        try:
            slower = max(1, self.time_usual() / self.usual) if self.usual else 1
        except subprocess.TimeoutExpired:
            slower = 1000
        return max(self.options.timeout, 100 * slower * self.durations.get(scenario.name, 0.1))

    def run(self, scenario, fault):
        folder = tempfile.mkdtemp(dir=self.work)
        report = folder + ".faults"
        wire = self.wires.get() if scenario.wire else ""
        try:
            return self.run_in(folder, report, scenario, fault, wire)
        finally:
            if scenario.wire:
                self.wires.put(wire)
            shutil.rmtree(folder, ignore_errors=True)
            if os.path.exists(report):
                os.unlink(report)

    def run_in(self, folder, report, scenario, fault, wire):
        for name, source in scenario.before.items():
            target = os.path.join(folder, name)
            (shutil.copytree if os.path.isdir(source) else shutil.copy2)(source, target)
        environment = dict(self.environment, GC_FAULT_REPORT=report, TMPDIR=folder)
        if fault is not None:
            environment["GC_FAULT"] = fault.variable()
        command = [self.options.gophercap] + [word.format(interface=wire) for word in scenario.arguments]
        with open(scenario.stdin or os.devnull, "rb") as stdin:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err, status = self.wait(process, scenario)
        hit = Hit(report) if os.path.exists(report) else None
        return judge.Outcome(status, out.decode(errors="replace"), err.decode(errors="replace"), judge.Tree(folder)), hit

    def wait(self, process, scenario):
        begun = time.monotonic()
        try:
            return *process.communicate(timeout=self.options.timeout), process.returncode
        except subprocess.TimeoutExpired:
            pass
        try:
            left = begun + self.patience(scenario) - time.monotonic()
            return *process.communicate(timeout=max(left, 1)), process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            return *process.communicate(), None


def positions(calls, more):
    """1st, 2nd, 5th, last, and `more` between them."""
    chosen = {1, 2, 5, calls} | {1 + i * (calls - 1) // (more + 1) for i in range(1, more + 1)}
    return sorted(position for position in chosen if 1 <= position <= calls)


def faults_of(calls, options):
    for kind, errors in ERRORS.items():
        if calls.get(kind, 0) == 0 or (options.kinds and kind not in options.kinds):
            continue
        more = options.more * 10 if kind in ("malloc", "thread") else options.more
        for position in positions(calls[kind], more):
            for error in errors:
                yield Fault(kind, str(position), error)
        for error in LASTING.get(kind, []):
            for position in positions(calls[kind], more // 4):
                yield Fault(kind, f"{position}+", error)


def is_excepted(scenario, fault, wrong, err):
    return any(s in ("*", scenario.name) and k == fault.kind and e in ("*", fault.error_name) and w in wrong and said in err
               for s, k, e, w, _, said in EXCEPTIONS)


def lay_wires(count):
    """Sets up interfaces in the network namespace of this process. Returns False if there is none."""
    for i in range(count):
        commands = [["link", "add", f"gcf{i}", "mtu", "9000", "type", "veth", "peer", "name", f"gcr{i}", "mtu", "9000"],
                    ["link", "set", "dev", f"gcf{i}", "arp", "off", "up"], ["link", "set", "dev", f"gcr{i}", "arp", "off", "up"]]
        for command in commands:
            if subprocess.run(["ip", *command], stderr=subprocess.DEVNULL, check=False).returncode != 0:
                return False
    return True


def enter_namespace():
    if os.geteuid() != 0 or os.environ.get("GC_FAULT_NAMESPACE") or shutil.which("unshare") is None or shutil.which("ip") is None:
        return
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        os.environ["GC_FAULT_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gophercap", required=True, type=os.path.abspath)
    parser.add_argument("--shim", required=True)
    parser.add_argument("--seconds", type=float, default=0, help="a sample that takes so long; 0: everything")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=10, help="seconds after which a run hangs, unless the machine is too busy to tell")
    parser.add_argument("--more", type=int, default=3, help="positions between 1st, 2nd, 5th and last")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=[])
    parser.add_argument("--scenarios", type=lambda text: text.split(","), default=[])
    parser.add_argument("--only", nargs=2, metavar=("SCENARIO", "KIND:N:ERROR"))
    return parser.parse_args()


def learn(runner, wanted, jobs):
    """Runs every command without a fault, to learn how often each kind is called and what the result is."""
    clean = {}
    runner.usual = runner.time_usual()

    def timed(scenario):
        begun = time.monotonic()
        result = runner.run(scenario, None)
        runner.durations[scenario.name] = time.monotonic() - begun
        return result

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for scenario, (outcome, hit) in zip(wanted, pool.map(timed, wanted)):
            if outcome.status == scenario.exit_status:
                clean[scenario.name] = (outcome, hit)
            elif scenario.wire:
                print(f"left out: {scenario.name}: {outcome.err.strip().splitlines()[-1:]}")
            else:
                sys.exit(f"{scenario.name}: exit status {outcome.status} without a fault:\n{outcome.err}")
    return clean


def main():
    enter_namespace()
    options = parse_options()
    options.begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults.") as work:
        runner = Runner(options, work)
        os.makedirs(runner.inputs)
        inputs.make_inputs(runner.inputs)
        inputs.map_inputs(options.gophercap, runner.inputs)
        wanted = [s for s in inputs.scenarios(runner.inputs) if not options.scenarios or s.name in options.scenarios]
        if options.only:
            wanted = [s for s in wanted if s.name == options.only[0]]
        if os.environ.get("GC_FAULT_NAMESPACE") and lay_wires(options.jobs):
            for i in range(options.jobs):
                runner.wires.put(f"gcf{i}")
        else:
            print("left out: replay to an interface: needs root and a network namespace")
            wanted = [s for s in wanted if not s.wire]
        clean = learn(runner, wanted, options.jobs)
        wanted = [s for s in wanted if s.name in clean]
        if options.only:
            return show_one(runner, wanted[0], clean, Fault(*options.only[1].split(":")))
        return inject_all(runner, wanted, clean, options)


def show_one(runner, scenario, clean, fault):
    got, hit = runner.run(scenario, fault)
    print(f"GC_FAULT={fault.variable()} gophercap {' '.join(scenario.arguments)}")
    print(f"hit {hit.hits} times; about: {hit.path}\nexit status {got.status}\n{got.out}{got.err}")
    for name, data in sorted(got.tree.files.items()):
        print(f"  {name}: {'folder' if data is None else len(data)}")
    wrong = list(judge.judge(scenario, fault, clean[scenario.name][0], got, hit))
    print("wrong: " + "; ".join(wrong) if wrong else "right")
    return 1 if wrong else 0


def inject_all(runner, wanted, clean, options):
    todo = [(scenario, fault) for scenario in wanted for fault in faults_of(clean[scenario.name][1].calls, options)]
    random.Random(options.seed).shuffle(todo)
    # However long the runs without a fault have taken on a busy machine, some time is left for the others.
    end = max(options.begun + options.seconds, time.monotonic() + options.seconds / 4) if options.seconds else float("inf")

    def one(task):
        if time.monotonic() > end:
            return task, None, None
        got, hit = runner.run(*task)
        return task, got, hit

    injected, wrong_total, kinds, excepted = 0, 0, Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (scenario, fault), got, hit in pool.map(one, todo):
            if got is None or hit is None or hit.hits == 0:
                continue
            injected += 1
            wrong = list(judge.judge(scenario, fault, clean[scenario.name][0], got, hit))
            if wrong and all(is_excepted(scenario, fault, text, got.err) for text in wrong):
                excepted += 1
                continue
            if wrong:
                wrong_total += 1
                kinds.update((fault.kind, text) for text in wrong)
                print(f"wrong: {'; '.join(wrong)}: --only {scenario.name} {fault}", flush=True)
    for (kind, text), count in sorted(kinds.items()):
        print(f"{count:6} {kind}: {text}")
    print(f"{injected} faults injected ({len(todo)} planned, seed {options.seed}), {wrong_total} wrong, {excepted} by a rule of their own")
    return 1 if wrong_total or injected == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
