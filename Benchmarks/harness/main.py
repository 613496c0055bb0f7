"""Measures the worker against a C loop over the same libraries: same broker, same mock API, in turns."""

import argparse
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import machine
import scenarios
from broker import Broker
from errors import BenchmarkError
from mock import Mock
from options import read_options
from paths import LOCAL, ROOT
from table import print_table
from variants import Reference, Worker, WorkerWithTicks


def build_worker() -> Path:
    command = ["swift", "build", "--package-path", ROOT, "--configuration", "release", "--product", "switchboard"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        raise BenchmarkError("the release build failed")
    return ROOT / ".build" / "release" / "switchboard"


def variants(scenario_name: str, options: argparse.Namespace) -> list:
    chosen = [Reference()]
    if options.bulk_ack_reference:
        chosen.append(Reference("reference-bulk", ("--ack-multiple",)))
    if not options.reference_only:
        settings = dict(pair.split("=", 1) for pair in options.worker_setting)
        kind = WorkerWithTicks if scenario_name == "priority" else Worker
        chosen.append(kind(options.worker, settings))
    return chosen


def measure(scenario, broker: Broker, options: argparse.Namespace) -> dict[str, list[dict]]:
    chosen = variants(scenario.name, options)
    rounds = {variant.name: [] for variant in chosen}
    mock = Mock(scenario.delay_ms)
    try:
        for number in range(options.rounds):
            # Whoever went first goes last in the next round: a machine that slows down favours nobody.
            for variant in chosen if number % 2 == 0 else reversed(chosen):
                print(f"{scenario.name}: round {number + 1} of {options.rounds}, {variant.name}", file=sys.stderr)
                rounds[variant.name].append(scenario.run(variant, broker, mock, number))
    finally:
        mock.close()
    return rounds


def run(options: argparse.Namespace) -> None:
    if not options.reference_only and options.worker is None:
        options.worker = build_worker()
    LOCAL.mkdir(exist_ok=True)
    report = {"machine": machine.describe(), "options": vars(options), "scenarios": {}}
    broker = Broker("bench", options.lean)
    tables = []
    try:
        for scenario, columns in scenarios.chosen(options):
            rounds = measure(scenario, broker, options)
            tables.append((scenario.title, columns, rounds))
            report["scenarios"][scenario.name] = {"title": scenario.title, "rounds": rounds}
    finally:
        broker.close(stop=not options.keep_broker)
    path = LOCAL / f"results-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(report, indent=1, default=str), encoding="utf-8")
    for table in tables:
        print_table(*table)
    print(f"\nEvery round's figures: {path.relative_to(ROOT)}")


def main() -> int:
    # Ended from outside it still has to end what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(read_options(__doc__))
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
