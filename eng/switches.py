"""Runs the tests concerned once without any switch, all in one run, and once with each switch of switches.json thrown, two runs at a time.

python3 eng/switches.py [NAME ...]     after the build that eng/switches.sh makes; it is what that script starts.
python3 eng/switches.py --tree         makes artifacts/switches: this tree with the switches of switches.diff put in
python3 eng/switches.py --save         makes switches.diff of it"""

import collections
import concurrent.futures
import filecmp
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREE = ROOT / "artifacts/switches"
DIFF = ROOT / "eng/switches.diff"
MADE = ROOT / "artifacts/switches.json"  # what both sides were when the tree was made
CHANGED = ["Directory.Build.props", "apdu-spec", "bench", "card", "terminals"]  # where switches stand
TESTS = TREE / "tests/bin/Release/net10.0/HierCash.Tests.dll"
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

`eng/switches.sh` copies the tree to `artifacts/switches`, puts the switches of [eng/switches.diff](../eng/switches.diff) in, and builds that. Then it
runs the tests concerned without a switch (all have to pass), and those of each switch of [eng/switches.json](../eng/switches.json) thrown, two runs at
a time. At least one test has to fail for each; a protection that can be taken out unnoticed ends the run with 1. The product's own code holds no
switch. Tests that need a reader or start programs run only where they are named.
"""


def files(folder):
    """The files of a tree that no build made, by their paths in it."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    if folder == ROOT:
        return {f for f in listed.split("\0") if f and (ROOT / f).is_file()}
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file() and not {"bin", "obj"} & set(f.relative_to(folder).parts)}


def hashes(folder):
    return {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in sorted(files(folder)) if f.split("/")[0] in CHANGED}


def refuse_if_changed(side, folder, why):
    """Nobody's work is lost: neither what was put into the tree by hand, nor what was changed in the product since."""
    before = json.loads(MADE.read_text())[side] if MADE.exists() else None
    now = hashes(folder)
    if before is not None and before != now and "--force" not in sys.argv:
        changed = sorted(f for f in before.keys() | now.keys() if before.get(f) != now.get(f))
        raise SystemExit(f"{why} ({', '.join(changed[:3])}{' and more' if len(changed) > 3 else ''})")


def note():
    MADE.write_text(json.dumps({"product": hashes(ROOT), "tree": hashes(TREE)}))


def tree():
    """What is the same as before keeps its date, so that a second build is short."""
    if TREE.exists():
        refuse_if_changed("tree", TREE, "artifacts/switches has changes that were not saved: say eng/switches.sh --save, or --tree --force to drop them.")
    with tempfile.TemporaryDirectory(prefix="hiercash-switches-") as made:
        made = pathlib.Path(made)
        for f in files(ROOT):
            (made / f).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / f, made / f)
        put = subprocess.run(["git", "apply", "--reject", "--whitespace=nowarn", str(DIFF)], cwd=made,
                             env={**os.environ, "GIT_CEILING_DIRECTORIES": str(made.parent)}, capture_output=True, text=True, check=False)
        new = files(made)
        for f in files(TREE) - new if TREE.exists() else ():
            (TREE / f).unlink()
        for f in new:
            if not (TREE / f).exists() or not filecmp.cmp(made / f, TREE / f, shallow=False):
                (TREE / f).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(made / f, TREE / f)
    note()
    if put.returncode:
        faults = [line for line in put.stderr.splitlines() if line.startswith("error:")]
        print("\n".join(faults), file=sys.stderr)
        raise SystemExit("eng/switches.diff no longer fits. Put what the .rej files say in by hand, in artifacts/switches; then eng/switches.sh --save.")


def save():
    if not TREE.exists():
        raise SystemExit("There is no artifacts/switches. Make it with eng/switches.sh --tree.")
    refuse_if_changed("product", ROOT, "The product has changed since the tree was made: --save would undo that in the tree. Say --save --force to do so.")
    left = [str(f) for f in files(TREE) if f.endswith(".rej")]
    if left:
        raise SystemExit(f"Put these in and delete them first: {', '.join(sorted(left))}")
    pieces = []
    for f in sorted(f for f in files(ROOT) | files(TREE) if f.split("/")[0] in CHANGED):
        sides = [str(ROOT / f) if (ROOT / f).is_file() else os.devnull, str(TREE / f) if (TREE / f).is_file() else os.devnull]
        if os.devnull in sides or not filecmp.cmp(*sides, shallow=False):
            made = subprocess.run(["diff", "-U2", "--label", f"a/{f}" if sides[0] != os.devnull else os.devnull, "--label",
                                   f"b/{f}" if sides[1] != os.devnull else os.devnull, *sides], capture_output=True, text=True, check=False)
            pieces.append(made.stdout)
    DIFF.write_text("".join(pieces))
    note()
    print(f"{len(pieces)} files.")


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
    if sys.argv[1:2] in (["--tree"], ["--save"]):
        return tree() if sys.argv[1] == "--tree" else save()
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
