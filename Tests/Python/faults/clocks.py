"""Clocks that are set an hour forward and back under running processes, by libfaketime."""

from datetime import timedelta
from pathlib import Path

from rig import Program, until

from faults.load import Load, now
from faults.theatre import Theatre

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
STEPS = ("+3600", "+0", "-3600", "+0")
"""Seconds by which the clock is off, one after the other."""
HALF = timedelta(minutes=30)
SECONDS = 120


class Clock:
    """The clock of processes that are started again under it."""

    def __init__(self, theatre: Theatre, *programs: Program):
        self.theatre, self.programs = theatre, programs
        self.file = theatre.folder / "clock"
        self.set("+0")
        for program in programs:
            program.end()
            program.environment |= {
                "LD_PRELOAD": str(LIBRARY),
                "FAKETIME_TIMESTAMP_FILE": str(self.file),
                "FAKETIME_NO_CACHE": "1",
                # A step changes the time of day, not how much of it has passed.
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1",
            }
            theatre.restart(program)

    def set(self, offset: str) -> None:
        self.file.write_text(f"{offset}\n", encoding="utf-8")

    def give_back(self) -> None:
        """The processes work by the computer's clock again."""
        for program in self.programs:
            program.end()
            for name in [n for n in program.environment if "FAKE" in n or n == "LD_PRELOAD"]:
                del program.environment[name]
            self.theatre.restart(program)


def step(theatre: Theatre, load: Load, clock: Clock) -> None:
    """Steps in the middle of each part, and waits until an event tells it."""
    try:
        for offset, part in zip(STEPS, load.parts(len(STEPS))):
            part.await_random_moment()
            clock.set(offset)
            if offset != "+0":
                theatre.subscriber.skews.clear()
                sign = 1 if offset.startswith("+") else -1
                until(lambda sign=sign: any(s * sign > HALF for s in list(theatre.subscriber.skews)), SECONDS)
    finally:
        clock.set("+0")
        clock.give_back()


def of_a_worker(theatre: Theatre, load: Load) -> None:
    """a worker's clock is set an hour forward, back, an hour back, and right again"""
    step(theatre, load, Clock(theatre, theatre.worker))


def of_bridge_and_recorder(theatre: Theatre, load: Load) -> None:
    """the same with the clocks of bridge and recorder"""
    step(theatre, load, Clock(theatre, theatre.bridge, *theatre.recorders))
