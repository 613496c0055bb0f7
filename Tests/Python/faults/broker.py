"""A broker that dies or stands still, and connections that swallow what is said."""

import signal

from rig import until

from faults.amqp_proxy import ACK, NACK, Act, AMQPProxy, Frame
from faults.load import Load
from faults.theatre import Theatre

SWALLOWED = 10
"""How many acknowledgements or confirms a proxy swallows before it cuts."""
SECONDS = 120


def killed(theatre: Theatre, load: Load) -> None:
    """kill -9, and started again"""
    for part in load.parts(2):
        part.await_random_moment()
        theatre.node.kill()
        theatre.node.start()


def stands_still(theatre: Theatre, load: Load) -> None:
    """SIGSTOP until the bridge keeps webhooks on its disk, then SIGCONT"""
    for part in load.parts(2):
        until(lambda: not spools(theatre), SECONDS, "an empty spool")
        part.await_random_moment()
        theatre.node.send_signal(signal.SIGSTOP)
        try:
            until(lambda: spools(theatre), SECONDS, "a webhook on disk")
        finally:
            theatre.node.send_signal(signal.SIGCONT)


def spools(theatre: Theatre) -> bool:
    """Whether the bridge keeps webhooks on its disk."""
    return "on disk" in theatre.bridge.health().get("bridge", {}).get("reason", "")


def swallow(proxy: AMQPProxy, from_client: bool) -> None:
    """Swallows some acknowledgements of one direction, then cuts."""
    swallowed, last = 0, None

    def rule(frame: Frame) -> Act:
        nonlocal swallowed, last
        if frame.from_client is not from_client or frame.method not in (ACK, NACK):
            return Act.FORWARD
        # One frame may settle many, and no more come than the prefetch allows.
        tag, multiple = frame.settled()
        swallowed += max(1, tag - last) if multiple and last is not None else 1
        last = tag
        return Act.DROP

    proxy.rule = rule
    try:
        until(lambda: swallowed >= SWALLOWED, SECONDS, "the proxy's part")
    finally:
        proxy.rule = None
        proxy.cut()


def drops_acknowledgements(theatre: Theatre, load: Load) -> None:
    """a proxy swallows a worker's acknowledgements, then cuts"""
    for part in load.parts(2):
        part.await_published(0.1)
        swallow(theatre.worker_broker, from_client=True)


def drops_confirms(theatre: Theatre, load: Load) -> None:
    """a proxy swallows the confirms for a worker and the bridge, then cuts"""
    for part in load.parts(2):
        part.await_published(0.1)
        swallow(theatre.worker_broker, from_client=False)
        swallow(theatre.bridge_broker, from_client=False)


def cuts(theatre: Theatre, load: Load) -> None:
    """connections of worker and bridge are reset again and again"""
    for part in load.parts(5):
        part.await_random_moment()
        theatre.worker_broker.cut()
        theatre.bridge_broker.cut()
