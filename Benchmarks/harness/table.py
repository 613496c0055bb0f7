"""The results as aligned tables; the first variant is what the others are compared with."""

from collections.abc import Callable
from statistics import median

from figures import paired_ratio, percentile

Rounds = dict[str, list[dict]]


def _print_aligned(rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        first, *others = row
        print("  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(others, widths[1:], strict=True))]))
        if number == 0:
            print("  ".join("-" * w for w in widths))


def _median(key: str, digits: int) -> Callable[[str, Rounds], str]:
    def cell(variant: str, rounds: Rounds) -> str:
        values = [r[key] for r in rounds[variant] if key in r]
        return f"{median(values):.{digits}f}" if values else "-"

    return cell


def _ratio(key: str) -> Callable[[str, Rounds], str]:
    def cell(variant: str, rounds: Rounds) -> str:
        base = next(iter(rounds))
        if variant == base:
            return "1"
        middle, least, greatest = paired_ratio([r[key] for r in rounds[variant]], [r[key] for r in rounds[base]])
        return f"{middle:.2f} ({least:.2f}-{greatest:.2f})"

    return cell


def _rss(variant: str, rounds: Rounds) -> str:
    return f"{max(r['rss_mb'] for r in rounds[variant]):.0f}"


def _latency(key: str, of: Callable[[list[float]], float]) -> Callable[[str, Rounds], str]:
    return lambda variant, rounds: f"{of([s for r in rounds[variant] for s in r[key]]):.2f}"


def _added(variant: str, rounds: Rounds) -> str:
    p99 = {key: percentile([s for r in rounds[variant] for s in r[key]], 99) for key in ("none_ms", "backlog_ms")}
    return f"{p99['backlog_ms'] - p99['none_ms']:+.2f}"


THROUGHPUT = {
    "messages/s": _median("rate", 0),
    "x ref. (range)": _ratio("rate"),
    "CPU us/msg": _median("cpu_us", 1),
    "x ref.  (range)": _ratio("cpu_us"),
    "p50 ms": _median("p50_ms", 2),
    "p99 ms": _median("p99_ms", 2),
    "RSS MB": _rss,
    "broker us/msg": _median("broker_cpu_us", 0),
}
PRIORITY = {
    "samples": lambda variant, rounds: str(sum(len(r["none_ms"]) for r in rounds[variant])),
    "none: p50": _latency("none_ms", lambda s: percentile(s, 50)),
    "p99": _latency("none_ms", lambda s: percentile(s, 99)),
    "max": _latency("none_ms", max),
    "backlog: p50": _latency("backlog_ms", lambda s: percentile(s, 50)),
    "p99 ": _latency("backlog_ms", lambda s: percentile(s, 99)),
    "max ": _latency("backlog_ms", max),
    "p99 added": _added,
    "promotional/s": _median("promotional_rate", 0),
    "RSS MB": _rss,
}


def print_table(title: str, columns: dict[str, Callable[[str, Rounds], str]], rounds: Rounds) -> None:
    print(f"\n{title}")
    rows = [[variant, *(cell(variant, rounds) for cell in columns.values())] for variant in rounds]
    _print_aligned([["variant", *columns], *rows])
