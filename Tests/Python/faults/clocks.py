"""Clocks that are set an hour forward and back under running processes, by libfaketime."""

from datetime import timedelta
from pathlib import Path

from rig import Program, until

from faults.http_proxy import Moment
from faults.load import Load
from faults.steps import kill_at_call
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
            # The library changes the environment of the first program that it is loaded into, by which Swift's runtime
            # would no longer find the arguments.
            program.command.insert(0, "env")
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
            program.command.remove("env")
            for name in [n for n in program.environment if "FAKE" in n or n == "LD_PRELOAD"]:
                del program.environment[name]
            self.theatre.restart(program)


def is_seen(theatre: Theatre, offset: str, of: str) -> bool:
    """Whether somebody tells an event of this family by a clock that is off like that."""
    sign = 1 if offset.startswith("+") else -1
    return any(family == of and skew * sign > HALF for family, skew in list(theatre.subscriber.skews))


def step(theatre: Theatre, load: Load, clock: Clock, told_by: str) -> None:
    """Steps in the middle of each part, and waits until an event tells it."""
    try:
        for part, offset in zip(load.parts(len(STEPS)), STEPS):
            part.await_random_moment()
            theatre.subscriber.skews.clear()
            clock.set(offset)
            if offset != "+0":
                until(lambda offset=offset: is_seen(theatre, offset, told_by), SECONDS, "an event by the wrong clock")
    finally:
        clock.set("+0")
        clock.give_back()


def of_a_worker(theatre: Theatre, load: Load) -> None:
    """a worker's clock is set an hour forward, back, an hour back, and right again"""
    step(theatre, load, Clock(theatre, theatre.worker), "message")


def of_bridge_and_recorder(theatre: Theatre, load: Load) -> None:
    """the same with the clocks of bridge and recorder"""
    step(theatre, load, Clock(theatre, theatre.bridge, *theatre.recorders), "bridge")


def of_a_worker_that_is_killed(theatre: Theatre, load: Load) -> None:
    """killed before the answer while its clock is an hour off, where no callback comes: only the list tells"""
    clock = Clock(theatre, theatre.worker)
    load.prepare = lambda request: theatre.system.provider.program(request.to, "no-callbacks")
    try:
        for _, offset in zip(load.parts(2), ("+3600", "-3600")):
            clock.set(offset)
            kill_at_call(theatre, Moment.BEFORE_ANSWER)
            clock.set("+0")
            theatre.restart(theatre.worker)
    finally:
        clock.give_back()
        theatre.system.provider.forget_outcomes()
