#!/usr/bin/env python3
"""Summarizes the test results of a build folder: count.py RESULTS_FOLDER, which contains the XML of ctest and of the unit tests.

Cases of unit tests are counted one by one, even if a process has run several. Prints the cases that were skipped or failed,
the slowest ones, and "N passed, N failed, N skipped" as the last line."""
import os
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter

SLOWEST = 12


def cases_of(folder, test):
    """Yields (name, outcome, seconds) of each case. The cases of a process that has run several are in a file of its own."""
    name, seconds = test.get("name"), float(test.get("time", 0))
    outcome = outcome_of(test)
    try:
        root = ElementTree.parse(os.path.join(folder, name + ".xml")).getroot()
    except FileNotFoundError:
        yield name, outcome, seconds
        return
    except ElementTree.ParseError:  # the process ended while writing it
        yield name, "failed", seconds
        return
    module = name.split(".")[0]
    outcomes = Counter()
    for suite in root:
        for case in suite:
            found = outcome_of(case)
            outcomes[found] += 1
            yield f"{module}.{case.get('classname')}.{case.get('name')}", found, float(case.get("time", 0))
    # Each case has passed, but the process that ran them has failed.
    if outcome == "failed" and not outcomes["failed"]:
        yield name, "failed", seconds


def outcome_of(test):
    if test.find("failure") is not None or test.find("error") is not None or test.get("status") == "fail":
        return "failed"
    return "skipped" if test.find("skipped") is not None else "passed"


def main():
    folder = sys.argv[1]
    tests, slow = {}, []
    for name in sorted(os.listdir(folder)):
        if not name.startswith("ctest-"):
            continue
        for test in ElementTree.parse(os.path.join(folder, name)).getroot().iter("testcase"):
            for case, outcome, seconds in cases_of(folder, test):
                tests[case] = outcome
                slow.append((seconds, case))
    for outcome in ("skipped", "failed"):
        for case in sorted(case for case, found in tests.items() if found == outcome):
            print(f"{outcome}: {case}")
    print("slowest:", ", ".join(f"{case} {seconds:.1f} s" for seconds, case in sorted(slow, reverse=True)[:SLOWEST]))
    outcomes = Counter(tests.values())
    print(", ".join(f"{outcomes[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped")))


if __name__ == "__main__":
    main()
