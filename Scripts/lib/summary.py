"""Prints the one closing summary of a test run and ends with exit code 1 when anything failed.

    summary.py RESULTS

RESULTS holds a line for every tier: name, seconds, exit code, JUnit report or `-`, separated by tabs. A tier without a
report is one test. A tier that failed without saying which test, or that ran none, is itself a failure.
"""

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field


@dataclass
class Tier:
    name: str
    seconds: str
    passed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)


def read_report(tier: Tier, path: str) -> None:
    for case in ET.parse(path).iter("testcase"):
        trouble = case.findall("failure") + case.findall("error")
        if trouble:
            tier.failures.append("\n  ".join([f"{case.get('classname')} {case.get('name')}", *map(reason, trouble)]))
        elif case.find("skipped") is not None:
            tier.skipped += 1
        else:
            tier.passed += 1


def reason(trouble: ET.Element) -> str:
    """What a report says of a failure, on one line: a machine that tests may keep nothing but what is printed."""
    return " ".join((trouble.get("message") or trouble.text or "no reason given").split())[:600]


def read_tier(line: str) -> Tier:
    name, seconds, status, report = line.rstrip("\n").split("\t")
    tier = Tier(name, seconds)
    if report == "-":
        if status == "0":
            tier.passed = 1
        else:
            tier.failures.append(f"{name}: exit code {status}")
        return tier
    try:
        read_report(tier, report)
    except (OSError, ET.ParseError) as error:
        tier.failures.append(f"{name}: no readable report ({error.__class__.__name__}), exit code {status}")
        return tier
    if status != "0" and not tier.failures:
        tier.failures.append(f"{name}: exit code {status} without a failed test; it crashed or hung")
    if status == "0" and tier.passed == 0 and not tier.failures:
        tier.failures.append(f"{name}: no test was run")
    return tier


def main(path: str) -> int:
    with open(path, encoding="utf-8") as lines:
        tiers = [read_tier(line) for line in lines]
    print(f"\n{'tier':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for tier in tiers:
        print(f"{tier.name:<12}{tier.passed:>8}{len(tier.failures):>8}{tier.skipped:>9}{tier.seconds:>9}")
    for tier in tiers:
        for failure in tier.failures:
            print(f"FAILED {failure}")
    passed = sum(tier.passed for tier in tiers)
    failed = sum(len(tier.failures) for tier in tiers)
    skipped = sum(tier.skipped for tier in tiers)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
