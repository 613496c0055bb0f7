"""A figure counts only if the work was done: every message once, nothing left and nothing put aside."""

from collections import Counter

from broker import LOST, SEND, Broker
from errors import BenchmarkError


def each_posted_once(meant: dict[str, int], arrivals: list[tuple[int, str]]) -> None:
    counts = Counter(name for _, name in arrivals if name in meant)
    repeated = sum(1 for n in counts.values() if n > 1)
    missing = len(meant) - len(counts)
    if repeated or missing:
        raise BenchmarkError(f"{missing} messages were never posted, {repeated} more than once")


def nothing_left(broker: Broker) -> None:
    """After the program has ended, so that whatever it did not ack is back in its queue."""
    left = {name: count for name, count in broker.ready(*SEND, *LOST).items() if count}
    if left:
        raise BenchmarkError(f"messages are left: {left}")
