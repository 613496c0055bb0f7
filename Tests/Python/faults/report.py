"""The table of a run, its JSON, and a JUnit report for the summary of `Scripts/test`."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

COLUMNS = ("attempted", "confirmed", "called", "evented", "final")
NAMED = 10


def is_well(result: dict) -> bool:
    return not result["error"] and result.get("verdict", {}).get("holds", bool(result["skipped"]))


def complaint(result: dict) -> str:
    """Why a fault failed, with the ids."""
    lines = [result["error"]] if result["error"] else []
    verdict = result.get("verdict")
    for promise in ("lost", "duplicated", "unfinished", "swallowed", "overridden", "invented", "misrecorded"):
        if verdict and verdict[promise]:
            names = ", ".join(verdict[promise][:NAMED])
            lines.append(f"{len(verdict[promise])} {promise}: {names}{' …' if len(verdict[promise]) > NAMED else ''}")
    return "; ".join(lines) or ("" if verdict else "it was not judged")


def print_table(results: list[dict]) -> None:
    head = ("fault", *COLUMNS, "lost", "twice", "allowed", "untold", "seconds", "")
    print("".join(f"{word:<34}" if n == 0 else f"{word:>10}" for n, word in enumerate(head)))
    for result in results:
        verdict = result.get("verdict")
        if result["skipped"] or not verdict:
            print(f"{result['fault']:<34}{'NOT TRIED: ' + result['skipped'] if result['skipped'] else 'FAILED'}")
            continue
        counts = [verdict[name] for name in COLUMNS]
        counts += [len(verdict[name]) for name in ("lost", "duplicated", "allowed_duplicates", "untold")]
        cells = "".join(f"{count:>10}" for count in counts)
        word = "holds" if is_well(result) else "BROKEN"
        print(f"{result['fault']:<34}{cells}{result.get('seconds', ''):>10}{word:>10}")
    for result in results:
        if not is_well(result):
            print(f"FAILED {result['fault']}: {complaint(result)}")


def write(results: list[dict], folder: Path, junit: Path | None) -> None:
    (folder / "faults.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    if junit is None:
        return
    suite = ET.Element("testsuite", name="faults")
    for result in results:
        case = ET.SubElement(suite, "testcase", classname="faults", name=result["fault"])
        if result["skipped"]:
            ET.SubElement(case, "skipped", message=result["skipped"])
        elif not is_well(result):
            ET.SubElement(case, "failure", message=complaint(result))
    ET.ElementTree(suite).write(junit, encoding="utf-8")
