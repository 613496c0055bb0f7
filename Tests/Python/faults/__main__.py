"""Tries every fault and judges what came of each message.

    python -m faults [--messages N] [--seed N] [--junit FILE] --folder FOLDER [FAULT…]

Needs the built executable, in SWITCHBOARD_TEST_BINARY. The theatres are played side by side, each in a process of its
own. The logs of everything, `faults.json` and what is known of each message that breaks a promise stand in FOLDER.
"""

import argparse
import json
import signal
import subprocess
import sys
from pathlib import Path

from rig import BINARY

from faults.catalogue import CATALOGUE
from faults.playing import play_theatre
from faults.report import is_well, print_table, write

SHORT = 200
"""Messages for each fault."""


def main() -> int:
    description = "Tries every fault and judges what came of each message."
    parser = argparse.ArgumentParser(prog="faults", description=description)
    parser.add_argument("--messages", type=int, default=SHORT, help="for each fault")
    parser.add_argument("--seed", type=int, default=1, help="chooses the random moments")
    parser.add_argument("--folder", type=Path, required=True, help="for logs and results")
    parser.add_argument("--junit", type=Path, help="a report for other programs")
    parser.add_argument("--theatre", choices=CATALOGUE, help=argparse.SUPPRESS)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="only these")
    options = parser.parse_args()
    names = {fault.name for faults in CATALOGUE.values() for fault in faults}
    if unknown := set(options.faults) - names:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
    if not BINARY:
        parser.error("SWITCHBOARD_TEST_BINARY is not set")
    wanted = set(options.faults) or names
    if options.theatre:
        return play_one(options, wanted)
    options.folder.mkdir(parents=True, exist_ok=True)
    playing = [play_beside(name, options) for name in CATALOGUE if wanted & {f.name for f in CATALOGUE[name]}]
    results = [result for theatre in playing for result in await_results(theatre, options.folder)]
    write(results, options.folder, options.junit)
    print_table(results)
    return 0 if all(map(is_well, results)) else 1


def play_one(options: argparse.Namespace, wanted: set[str]) -> int:
    # Whoever is asked to stop ends what it has begun.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    faults = [fault for fault in CATALOGUE[options.theatre] if fault.name in wanted]
    folder = options.folder / options.theatre
    results = play_theatre(options.theatre, faults, options.messages, options.seed, folder)
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    return 0


def play_beside(name: str, options: argparse.Namespace) -> tuple[str, subprocess.Popen]:
    (options.folder / name / "results.json").unlink(missing_ok=True)
    arguments = ["--theatre", name, "--folder", options.folder, "--messages", options.messages, "--seed", options.seed]
    with open(options.folder / f"{name}.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "faults", *map(str, arguments), *options.faults], stdout=log, stderr=log
        )
    return name, process


def await_results(theatre: tuple[str, subprocess.Popen], folder: Path) -> list[dict]:
    name, process = theatre
    process.wait()
    try:
        return json.loads((folder / name / "results.json").read_text(encoding="utf-8"))
    except OSError:
        last = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        error = f"the theatre ended with exit code {process.returncode}: {''.join(last)}"
        return [{"fault": f"all of {name}", "theatre": name, "error": error, "skipped": ""}]


if __name__ == "__main__":
    sys.exit(main())
