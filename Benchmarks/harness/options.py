"""The command line."""

import argparse
from pathlib import Path


def read_options(description: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=description)
    add = parser.add_argument
    add("scenario", nargs="?", default="all", choices=["saturated", "steady", "priority", "all"])
    add("--rounds", type=int, default=5)
    add("--slots", type=int, default=256, help="sends at once (saturated, steady)")
    add("--lean", action="store_true", help="one subscriber on each events exchange, not all of the topology's")
    add("--quick", action="store_true", help="a tenth of the messages: to see that it works")
    add("--bulk-ack-reference", action="store_true", help="also a reference that acks many at once")
    add("--reference-only", action="store_true")
    add("--worker", type=Path, metavar="EXECUTABLE", help="measure this one; else the release build is made first")
    add("--worker-setting", action="append", default=[], metavar="NAME=VALUE", help="further environment of the worker")
    add("--keep-broker", action="store_true", help="leave the node running")
    options = parser.parse_args()
    if options.rounds < 1 or any("=" not in pair for pair in options.worker_setting):
        parser.error("--rounds is at least 1, --worker-setting is NAME=VALUE")
    return options
