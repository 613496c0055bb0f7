"""A provider that does not answer as it should; by the simulator's own outcomes (Sources/Simulator/Outcome.swift)."""

from rig import until

from faults.history import Request
from faults.load import Load
from faults.theatre import Theatre

SHARE = 0.3
"""How many of the people get the outcome."""
CALL_SECONDS = 900


def with_outcomes(theatre: Theatre, load: Load, *outcomes: str) -> None:
    """Programs them for a part of the people, and forgets them once each of these was called."""
    programmed: set[str] = set()

    def prepare(request: Request) -> None:
        if load.random.random() < SHARE and request.to not in {stop.to for stop in theatre.stops}:
            theatre.system.provider.program(request.to, load.random.choice(outcomes))
            programmed.add(request.to)

    load.prepare = prepare
    for _ in load.parts(2):
        pass

    def were_called() -> bool:
        theatre.record.refresh()
        return programmed <= {call.to for call in theatre.record.calls}

    until(were_called, CALL_SECONDS, "a call to everybody")
    # Who is called again is answered: the fault is over.
    theatre.system.provider.forget_outcomes()


def hangs(theatre: Theatre, load: Load) -> None:
    """never answers, having taken the message or not"""
    with_outcomes(theatre, load, "no-answer-taken", "no-answer-not-taken")


def resets(theatre: Theatre, load: Load) -> None:
    """resets the connection, having taken the message or not"""
    with_outcomes(theatre, load, "reset-taken", "reset-not-taken")


def fails(theatre: Theatre, load: Load) -> None:
    """answers 500, having taken the message or not"""
    with_outcomes(theatre, load, "error-taken", "error-not-taken")


def answers_late(theatre: Theatre, load: Load) -> None:
    """answers after the worker has given up, or after its first callback"""
    with_outcomes(theatre, load, "slow-answer", "callback-before-answer")


def tells_oddly(theatre: Theatre, load: Load) -> None:
    """calls back twice or in the wrong order, or asks to come again"""
    with_outcomes(theatre, load, "callbacks-twice", "callbacks-out-of-order", "rate-limited-once")
