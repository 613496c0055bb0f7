"""Measures the worker against the C reference: same broker, same mock API, in turns."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from broker import Broker
from errors import BenchmarkError
from mock import Mock
from paths import LOCAL, ROOT
from priority import Priority
from table import print_priority, print_throughput
from throughput import Throughput
from variants import Reference, Worker, WorkerWithTicks


def scenarios(options: argparse.Namespace) -> list:
    share = 10 if options.quick else 1
    slots = options.slots
    every = [
        Throughput(
            "saturated", f"Saturated: {20_000 // share} messages in the queue, API 0 ms, {slots} slots",
            count=20_000 // share, delay_ms=0, slots=slots),
        Throughput(
            "steady", f"Steady: open loop at 2000/s, API 80 ms, {slots} slots",
            count=20_000 // share, delay_ms=80, slots=slots, rate=2000, warm_up=4000 // share),
        Priority(
            "priority", f"Priority: ms from publish to POST of a transactional message, API 20 ms, 32 slots, "
            f"backlog {100_000 // share} promotional",
            samples=600 // share, rate=100, backlog=100_000 // share, delay_ms=20, slots=32),
    ]
    return [s for s in every if options.scenario in (s.name, "all")]


def variants(scenario, options: argparse.Namespace) -> list:
    chosen = [Reference()]
    if options.bulk_ack_reference:
        chosen.append(Reference("reference-bulk", ("--ack-multiple",)))
    if not options.reference_only:
        settings = dict(pair.split("=", 1) for pair in options.worker_setting)
        kind = WorkerWithTicks if scenario.name == "priority" else Worker
        chosen.append(kind(options.worker, settings))
    return chosen


def measure(scenario, broker: Broker, options: argparse.Namespace) -> dict[str, list[dict]]:
    chosen = variants(scenario, options)
    rounds = {variant.name: [] for variant in chosen}
    mock = Mock(scenario.delay_ms)
    try:
        for number in range(options.rounds):
            # Whoever went first goes last in the next round: a machine that slows down favours nobody.
            for variant in chosen if number % 2 == 0 else reversed(chosen):
                print(f"{scenario.name}: round {number + 1} of {options.rounds}, {variant.name} ...", file=sys.stderr)
                rounds[variant.name].append(scenario.run(variant, broker, mock, number))
    finally:
        mock.close()
    return rounds


def machine() -> dict:
    def output(*command: str) -> str:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT, check=False)
        return done.stdout.strip()
    model = [l.split(":", 1)[1].strip() for l in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
             if l.startswith("model name")]
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "cores": os.cpu_count(), "cpu": model[0] if model else "",
        "kernel": platform.release(), "commit": output("git", "rev-parse", "--short", "HEAD"),
        "load_before": os.getloadavg()[0],
    }


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=__doc__)
    parser.add_argument("scenario", nargs="?", default="all", choices=["saturated", "steady", "priority", "all"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slots", type=int, default=256, help="sends at once (saturated, steady)")
    parser.add_argument("--lean", action="store_true", help="one subscriber on each events exchange, not all of the topology's")
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages: to see that it works")
    parser.add_argument("--bulk-ack-reference", action="store_true", help="also a reference that acks many at once")
    parser.add_argument("--reference-only", action="store_true")
    parser.add_argument("--worker", type=Path, default=ROOT / ".build" / "release" / "switchboard", metavar="EXECUTABLE")
    parser.add_argument("--worker-setting", action="append", default=[], metavar="NAME=VALUE", help="further environment of the worker")
    parser.add_argument("--keep-broker", action="store_true", help="leave the node running")
    options = parser.parse_args()
    if options.rounds < 1 or any("=" not in pair for pair in options.worker_setting):
        parser.error("--rounds is at least 1, --worker-setting is NAME=VALUE")
    return options


def run(options: argparse.Namespace) -> None:
    LOCAL.mkdir(exist_ok=True)
    broker = Broker("bench", options.lean)
    report = {"machine": machine(), "lean": options.lean, "scenarios": {}}
    try:
        results = []
        for scenario in scenarios(options):
            rounds = measure(scenario, broker, options)
            results.append((scenario, rounds))
            report["scenarios"][scenario.name] = {"title": scenario.title, "variants": rounds}
    finally:
        broker.close(stop=not options.keep_broker)
    path = LOCAL / f"results-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(report, indent=1), encoding="utf-8")
    for scenario, rounds in results:
        (print_priority if scenario.name == "priority" else print_throughput)(scenario.title, rounds)
    print(f"\nEvery round's figures: {path}")


def main() -> int:
    try:
        run(read_options())
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
