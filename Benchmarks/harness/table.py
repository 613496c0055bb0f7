"""The results as one aligned table."""

from statistics import median

from figures import paired_ratio, percentile


def _print_aligned(rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * w for w in widths))


def _ratio(rounds: dict[str, list[dict]], variant: str, base: str, key: str) -> str:
    if variant == base:
        return "1"
    middle, least, greatest = paired_ratio([r[key] for r in rounds[variant]], [r[key] for r in rounds[base]])
    return f"{middle:.2f} ({least:.2f}-{greatest:.2f})"


def print_throughput(title: str, rounds: dict[str, list[dict]]) -> None:
    """`rounds`: the results of each variant, the first is what the others are compared with."""
    base = next(iter(rounds))
    print(f"\n{title}")
    rows = [["variant", "messages/s", "ratio (range)", "CPU us/message", "ratio (range)", "p50 ms", "p99 ms", "RSS MB"]]
    for variant, results in rounds.items():
        def middle(key: str, digits: int) -> str:
            values = [r[key] for r in results if key in r]
            return f"{median(values):.{digits}f}" if values else "-"
        rows.append([
            variant, middle("rate", 0), _ratio(rounds, variant, base, "rate"), middle("cpu_us", 1),
            _ratio(rounds, variant, base, "cpu_us"), middle("p50_ms", 2), middle("p99_ms", 2),
            f"{max(r['rss_mb'] for r in results):.0f}"])
    _print_aligned(rows)


def print_priority(title: str, rounds: dict[str, list[dict]]) -> None:
    print(f"\n{title}")
    rows = [["variant", "samples", "none p50", "p99", "max", "backlog p50", "p99", "max", "p99 added", "promotional/s", "RSS MB"]]
    for variant, results in rounds.items():
        none = [s for r in results for s in r["none_ms"]]
        backlog = [s for r in results for s in r["backlog_ms"]]
        cells = [f"{f(s):.2f}" for s in (none, backlog)
                 for f in (lambda s: percentile(s, 50), lambda s: percentile(s, 99), max)]
        rows.append([
            variant, f"{len(none)}+{len(backlog)}", *cells, f"{percentile(backlog, 99) - percentile(none, 99):+.2f}",
            f"{median(r['promotional_rate'] for r in results):.0f}", f"{max(r['rss_mb'] for r in results):.0f}"])
    _print_aligned(rows)
