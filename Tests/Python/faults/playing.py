"""Plays the faults of one theatre and writes what came of them."""

import json
import threading
import time
import traceback
from dataclasses import asdict
from pathlib import Path

from faults.catalogue import Fault, make_theatre
from faults.checker import Verdict, judge
from faults.history import History
from faults.load import Load
from faults.theatre import Theatre

SETTLE_SECONDS = 480
"""How long all messages may take to come to their ends once the last fault is over, beside MESSAGE_SECONDS for each: an
attempt's time, the grace and two listings two minutes apart, twice."""
MESSAGE_SECONDS = 0.05
NAMED = 20
"""How many of the messages that break a promise are shown with all that is known of them."""


class Background(threading.Thread):
    """Runs something and keeps what it raised."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.failure = work, None

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001  it is raised where it is joined
            self.failure = error


def play(theatre: Theatre, fault: Fault, count: int) -> dict:
    """Tries one fault; what is known right after it."""
    result = {"fault": fault.name, "theatre": theatre.name, "title": fault.title, "error": "", "skipped": ""}
    if reason := fault.lacks(theatre):
        print(f"{fault.name}: NOT TRIED: {reason}", flush=True)
        return result | {"skipped": reason}
    load = theatre.new_load(fault.name, count)
    stops = Background(lambda: theatre.let_people_stop(load))
    load.at_half = stops.start
    began = time.monotonic()
    try:
        fault.run(theatre, load)
        stops.join()
        if stops.failure:
            raise stops.failure
    except Exception as error:  # noqa: BLE001  the others are tried all the same
        traceback.print_exc()
        result["error"] = f"{type(error).__name__}: {error}"
        theatre.heal()
    load.close()
    theatre.record.refresh(at_once=True)
    result |= {"seconds": round(time.monotonic() - began, 1), "publishes_repeated": load.repeated}
    print(f"{fault.name}: {count} messages, {result['seconds']} s {result['error']}", flush=True)
    return result


def play_theatre(name: str, faults: list[Fault], count: int, seed: int, folder: Path) -> list[dict]:
    """Tries the faults one after the other, waits for all messages to come to their ends, and judges each."""
    theatre = make_theatre(name, folder, seed, count)
    try:
        theatre.open()
        results = [play(theatre, fault, count) for fault in faults]
        began = time.monotonic()
        theatre.settle(SETTLE_SECONDS + MESSAGE_SECONDS * count * len(faults))
        print(f"{name}: settled after {time.monotonic() - began:.0f} s", flush=True)
        history = theatre.history()
    finally:
        theatre.close()
    loads = {load.name: load for load in theatre.loads}
    for result in results:
        if load := loads.get(result["fault"]):
            verdict = judge(history, {request.key for request in load.requests})
            result["verdict"] = verdict.document()
            explain(folder / f"{load.name}.json", verdict, history, load)
    whole = judge(history)
    results.append(
        {"fault": f"all of {name}", "theatre": name, "error": "", "skipped": "", "verdict": whole.document()}
    )
    return results


def explain(path: Path, verdict: Verdict, history: History, load: Load) -> None:
    """Writes all that is known of the messages that break a promise."""
    if verdict.holds:
        return
    sids = {message.sid: message.key for message in history.taken}
    numbers = {request.to: request.key for request in load.requests}
    broken = {name: keys[:NAMED] for name, keys in verdict.problems().items()}
    keys = set()
    for name in {name for names in broken.values() for name in names}:
        keys.add(sids.get(name.rsplit("/", 1)[0], numbers.get(name, name)))
    known = {
        key: {
            "request": asdict(history.attempted[key]) if key in history.attempted else None,
            "confirmed": key in history.confirmed,
            "taken": [asdict(message) for message in history.taken if message.key == key],
            "events": [asdict(event) for event in history.seen if event.key == key],
            "ledger": asdict(history.rows[key]) if key in history.rows else None,
            "standing": [entry.queue for entry in history.standing if entry.key == key],
        }
        for key in sorted(keys)
    }
    path.write_text(json.dumps({"broken": broken, "messages": known}, indent=1, default=str), encoding="utf-8")
