"""What is measured."""

import argparse

from priority import Priority
from table import PRIORITY, THROUGHPUT
from throughput import Throughput


def chosen(options: argparse.Namespace) -> list[tuple]:
    """The scenarios asked for, each with the columns of its table."""
    share = 10 if options.quick else 1
    count, backlog, slots = 20_000 // share, 100_000 // share, options.slots
    every = [
        (
            Throughput(
                name="saturated",
                title=f"Saturated: {count} messages in the queue, API 0 ms, {slots} slots",
                count=count,
                delay_ms=0,
                slots=slots,
            ),
            THROUGHPUT,
        ),
        (
            Throughput(
                name="steady",
                title=f"Steady: open loop at 2000/s, API 80 ms, {slots} slots; ms from publish to POST",
                count=count,
                delay_ms=80,
                slots=slots,
                rate=2000,
                warm_up=4000 // share,
            ),
            THROUGHPUT,
        ),
        (
            Priority(
                name="priority",
                title=f"Priority: API 20 ms, 32 slots; ms from publish to POST of a transactional message "
                f"with no backlog and behind {backlog} promotional ones",
                samples=600 // share,
                rate=100,
                backlog=backlog,
                delay_ms=20,
                slots=32,
            ),
            PRIORITY,
        ),
    ]
    return [(scenario, columns) for scenario, columns in every if options.scenario in (scenario.name, "all")]
