"""kill -9 of a worker at each step of a message's path, by the proxies that see it take the step."""

import threading
from typing import Callable

from faults.amqp_proxy import ACK, BODY, DELIVER, NACK, PUBLISH, Act, Frame
from faults.http_proxy import Moment
from faults.load import Load
from faults.theatre import Theatre

KILLS = 3
"""How often the worker is killed at each step."""
SPRING_SECONDS = 120


class Trap:
    """Kills the worker when the step comes for the `skip`-th time, once."""

    def __init__(self, theatre: Theatre, skip: int):
        self.theatre, self.skip = theatre, skip
        self.sprung = threading.Event()

    @staticmethod
    def harmless(theatre: Theatre) -> "Trap":
        trap = Trap(theatre, 0)
        trap.sprung.set()
        return trap

    def is_due(self) -> bool:
        """Whether this is the step to kill at; false ever after."""
        if self.sprung.is_set():
            return False
        self.skip -= 1
        return self.skip < 0

    def spring(self) -> None:
        self.theatre.worker.process.kill()
        self.theatre.worker.process.wait()
        self.sprung.set()


def on_delivery(trap: Trap, frame: Frame) -> Act:
    """The whole delivery has reached the worker."""
    if not frame.from_client and frame.kind == BODY and trap.is_due():
        # After this frame was written.
        trap.theatre.worker_broker.loop.call_soon(trap.spring)
    return Act.FORWARD


def is_acceptance(frame: Frame) -> bool:
    if not frame.from_client or frame.method != PUBLISH:
        return False
    exchange, key = frame.publish_target()
    return exchange == "events" and key.startswith("message.accepted.")


def on_publish(trap: Trap, frame: Frame) -> Act:
    """The event has left the worker and not reached the broker."""
    if is_acceptance(frame) and trap.is_due():
        trap.spring()
        return Act.CUT
    return Act.FORWARD


class Confirms:
    """Knows which confirm belongs to an acceptance: tags count the publishes of a channel from 1."""

    def __init__(self):
        self.published: dict[tuple[int, int], int] = {}
        self.acceptances: dict[tuple[int, int], list[int]] = {}

    def confirms_acceptance(self, frame: Frame) -> bool:
        channel = (frame.connection, frame.channel)
        if frame.from_client and frame.method == PUBLISH:
            self.published[channel] = self.published.get(channel, 0) + 1
            if is_acceptance(frame):
                self.acceptances.setdefault(channel, []).append(self.published[channel])
        if frame.from_client or frame.method not in (ACK, NACK):
            return False
        tag, multiple = frame.settled()
        waiting = self.acceptances.get(channel, [])
        met = [t for t in waiting if t == tag or (multiple and t <= tag)]
        self.acceptances[channel] = [t for t in waiting if t not in met]
        return bool(met)


def on_confirm_dropped() -> Callable[[Trap, Frame], Act]:
    """The broker has the event, and the worker will never hear that."""
    confirms = Confirms()

    def rule(trap: Trap, frame: Frame) -> Act:
        if confirms.confirms_acceptance(frame) and trap.is_due():
            trap.spring()
            return Act.CUT
        return Act.FORWARD

    return rule


def on_confirm() -> Callable[[Trap, Frame], Act]:
    """The worker has heard that the broker has the event."""
    confirms = Confirms()

    def rule(trap: Trap, frame: Frame) -> Act:
        if confirms.confirms_acceptance(frame) and trap.is_due():
            trap.theatre.worker_broker.loop.call_soon(trap.spring)
        return Act.FORWARD

    return rule


def on_ack(trap: Trap, frame: Frame) -> Act:
    """The acknowledgement has left the worker and not reached the broker."""
    if frame.from_client and frame.method == ACK and trap.is_due():
        trap.spring()
        return Act.CUT
    return Act.FORWARD


def at_frame(theatre: Theatre, load: Load, rule: Callable[[Trap, Frame], Act]) -> None:
    trap = None

    def ask(frame: Frame) -> Act:
        # Without a trap it counts all the same: the tags of a connection begin with it.
        return rule(trap or Trap.harmless(theatre), frame)

    theatre.worker_broker.rule = ask
    theatre.worker_broker.cut()
    for _ in load.parts(KILLS):
        trap = Trap(theatre, theatre.random.randrange(8))
        await_spring(trap)
        theatre.restart(theatre.worker)
    theatre.worker_broker.rule = None


def at_call(theatre: Theatre, load: Load, moment: Moment) -> None:
    for _ in load.parts(KILLS):
        kill_at_call(theatre, moment)
        theatre.restart(theatre.worker)


def kill_at_call(theatre: Theatre, moment: Moment) -> None:
    """Kills the worker at this moment of one of its next calls."""
    trap = Trap(theatre, theatre.random.randrange(8))

    def rule(now: Moment) -> bool:
        if now is not moment or not trap.is_due():
            return False
        trap.spring()
        return True

    theatre.calls.rule = rule
    await_spring(trap)
    theatre.calls.rule = None


def await_spring(trap: Trap) -> None:
    assert trap.sprung.wait(SPRING_SECONDS), "the worker never came to the step at which it is killed"


def killed_with_a_delivery(theatre: Theatre, load: Load) -> None:
    """killed when a delivery has reached it"""
    at_frame(theatre, load, on_delivery)


def killed_before_the_call(theatre: Theatre, load: Load) -> None:
    """killed before the request has reached the provider"""
    at_call(theatre, load, Moment.BEFORE_CALL)


def killed_before_the_answer(theatre: Theatre, load: Load) -> None:
    """killed when the provider has taken the message, before the answer"""
    at_call(theatre, load, Moment.BEFORE_ANSWER)


def killed_after_the_answer(theatre: Theatre, load: Load) -> None:
    """killed when the answer has reached it"""
    at_call(theatre, load, Moment.AFTER_ANSWER)


def killed_before_the_event(theatre: Theatre, load: Load) -> None:
    """killed before its event has reached the broker"""
    at_frame(theatre, load, on_publish)


def killed_before_the_confirm(theatre: Theatre, load: Load) -> None:
    """killed when the broker has the event, before the confirm"""
    at_frame(theatre, load, on_confirm_dropped())


def killed_after_the_confirm(theatre: Theatre, load: Load) -> None:
    """killed when the confirm has reached it"""
    at_frame(theatre, load, on_confirm())


def killed_before_the_ack(theatre: Theatre, load: Load) -> None:
    """killed before its acknowledgement has reached the broker"""
    at_frame(theatre, load, on_ack)
