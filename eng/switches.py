"""Runs the tests concerned once without any switch, all in one run, and once with each switch of switches.json thrown, two runs at a time.

python3 eng/switches.py [NAME ...]     after the build that eng/switches.sh makes; it is what that script starts."""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ROOT / "artifacts/switches/tests/bin/Release/net10.0/HierCash.Tests.dll"
PAGE = ROOT / "apdu-spec/switches.md"
AT_ONCE = 2
PATIENCE = 600  # seconds for one run
SHOWN = 6  # names of failing tests in the table

# What starts processes or wants a reader is slow: it runs only where a row names it.
LEFT_OUT = "&FullyQualifiedName!~Tests.Pcsc&FullyQualifiedName!~Tests.Consoles"

Run = collections.namedtuple("Run", "passed failed seconds fault")


def expand(tests):
    """'Hole=5 SettlementTests.TwoShops' is what vstest calls Hole=5|FullyQualifiedName~.SettlementTests.TwoShops."""
    return "|".join(f"({t}{LEFT_OUT})" if "=" in t else f"FullyQualifiedName~.{t}" for t in tests.split())


def run(tests, switch):
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hiercash-switches-") as folder:
        command = ["dotnet", "vstest", str(TESTS), f"--TestCaseFilter:{expand(tests)}", "--logger:trx;LogFileName=run.trx", f"--ResultsDirectory:{folder}"]
        fault = None
        try:
            subprocess.run(command, env={**os.environ, "HIERCASH_SWITCH": switch}, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            fault = f"did not end within {PATIENCE} s"
        passed, failed = set(), set()
        result = pathlib.Path(folder) / "run.trx"
        if result.exists():
            for test in xml.etree.ElementTree.parse(result).iter("{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}UnitTestResult"):
                name = test.get("testName").split("(")[0].split(".")[-1]
                (passed if test.get("outcome") == "Passed" else failed).add(name)
        elif fault is None:
            fault = "left no results"
        return Run(passed, failed, time.monotonic() - begun, fault)


def show(names):
    names = sorted(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def judge(row, outcome):
    if outcome.fault:
        return f"NO RESULT: the run {outcome.fault}"
    return show(outcome.failed) or "NONE: IT IS NOT MISSED"


PREFACE = """# Switches: what fails when a protection is taken out

`eng/switches.sh` builds once with `-p:Switches=true`, then runs the tests concerned without a switch (all have to pass), and those of each switch of
[eng/switches.json](../eng/switches.json) thrown, two runs at a time. At least one test has to fail for each; a protection that can be taken out
unnoticed ends the run with 1. The switches are calls that only that build compiles ([Switches.cs](Switches.cs)): no product holds them.
Tests that need a reader or start programs run only where they are named.
"""


def kept():
    """The last two cells of each row that the page has: which tests failed, and how long they took."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| ")] if PAGE.exists() else []
    return {cells[0].strip(): [c.strip() for c in cells[-2:]] for cells in rows}


def page(table, outcomes):
    """Every switch of the table: what this run saw of it, else what the page has."""
    before = kept()
    lines = [PREFACE, "| switch | taken out | tests concerned | tests that fail | seconds |", "|---|---|---|---|---|"]
    for row in table:
        outcome = outcomes.get(row["name"])
        seen = [judge(row, outcome), f"{outcome.seconds:.1f}"] if outcome else before.get(row["name"], ["NOT RUN YET", ""])
        lines.append(f"| {row['name']} | {row['out']} | {row['tests'].replace(' ', ', ')} | {seen[0]} | {seen[1]} |")
    lines += ["", f"{len(table)} switches."]
    return "\n".join(lines) + "\n"


def main():
    table = json.loads((ROOT / "eng/switches.json").read_text())
    names = sys.argv[1:]
    unknown = set(names) - {r["name"] for r in table}
    if unknown:
        raise SystemExit(f"There is no switch {', '.join(sorted(unknown))} in eng/switches.json.")
    rows = [r for r in table if not names or r["name"] in names]
    begun = time.monotonic()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        # All of them in one run: a test that fails here, too, says nothing of any switch.
        outcome = run(" ".join(dict.fromkeys(t for r in rows for t in r["tests"].split())), "")
        if outcome.failed or outcome.fault or not outcome.passed:
            bad += 1
            print(f"without a switch: {show(outcome.failed) or outcome.fault or 'no such test'}", flush=True)
        outcomes = {}
        for row, outcome in zip(rows, pool.map(lambda r: run(r["tests"], r["name"]), rows)):
            outcomes[row["name"]] = outcome
            bad += bool(outcome.fault) or not outcome.failed
            print(f"| {row['name']} | {row['out']} | {judge(row, outcome)} | {outcome.seconds:.1f} |", flush=True)
    seconds = time.monotonic() - begun
    PAGE.write_text(page(table, outcomes))
    print(f"{len(rows)} switches, {bad} that are not missed or could not be judged, {seconds:.0f} s.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
