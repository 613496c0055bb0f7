"""Arithmetic on samples: exact percentiles, paired ratios."""

import math
from statistics import median


def percentile(samples: list[float], p: float) -> float:
    """Nearest rank: the smallest sample that at least p % of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)]


def latencies_ms(meant: dict[str, int], arrivals: list[tuple[int, str]]) -> list[float]:
    """From the time a message was meant to be published to the arrival of its POST."""
    return [(ns - meant[name]) / 1e6 for ns, name in arrivals if name in meant]


def paired_ratio(values: list[float], base: list[float]) -> tuple[float, float, float]:
    """(median, least, greatest) of the ratios of each round."""
    ratios = [v / b for v, b in zip(values, base, strict=True)]
    return median(ratios), min(ratios), max(ratios)
