"""Every fault by its name, with the theatre in which it is tried. Those that leave calls in doubt come first, so that
their look-ups, two minutes apart, pass while the others are tried."""

from dataclasses import dataclass
from typing import Callable

from faults import broker, clocks, database, disk, processes, provider, steps
from faults.load import Load
from faults.theatre import Theatre


@dataclass(frozen=True)
class Fault:
    name: str
    run: Callable[[Theatre, Load], None]
    needs: str = ""
    """`volumes`, `clock`, or nothing but what the theatre has."""

    @property
    def title(self) -> str:
        return (self.run.__doc__ or "").strip().split("\n")[0].rstrip(".")

    def lacks(self, theatre: Theatre) -> str:
        """Why it cannot be tried here; empty when it can."""
        if self.needs == "volumes" and not theatre.ledger_volume.is_mounted:
            return "no file system can be mounted here: run it as root, where mounting is allowed"
        if self.needs == "clock" and clocks.LIBRARY is None:
            return "libfaketime is not installed"
        return ""


CATALOGUE: dict[str, list[Fault]] = {
    "processes": [
        Fault("worker-killed-before-call", steps.killed_before_the_call),
        Fault("worker-killed", processes.worker_killed),
        Fault("provider-hangs", provider.hangs),
        Fault("provider-resets", provider.resets),
        Fault("provider-fails", provider.fails),
        Fault("all-killed", processes.all_killed),
        Fault("worker-killed-at-delivery", steps.killed_with_a_delivery),
        Fault("worker-killed-before-answer", steps.killed_before_the_answer),
        Fault("worker-killed-after-answer", steps.killed_after_the_answer),
        Fault("worker-killed-before-event", steps.killed_before_the_event),
        Fault("worker-killed-before-confirm", steps.killed_before_the_confirm),
        Fault("worker-killed-after-confirm", steps.killed_after_the_confirm),
        Fault("worker-killed-before-ack", steps.killed_before_the_ack),
        Fault("worker-stands-still", processes.worker_stands_still),
        Fault("provider-answers-late", provider.answers_late),
        Fault("provider-tells-oddly", provider.tells_oddly),
        Fault("bridge-killed", processes.bridge_killed),
        Fault("recorder-killed", processes.recorder_killed),
        Fault("nothing", processes.nothing),
    ],
    "broker": [
        Fault("worker-killed-by-another-clock", clocks.of_a_worker_that_is_killed, "clock"),
        Fault("broker-killed", broker.killed),
        Fault("broker-stands-still", broker.stands_still),
        Fault("acks-dropped", broker.drops_acknowledgements),
        Fault("confirms-dropped", broker.drops_confirms),
        Fault("connections-cut", broker.cuts),
        Fault("ledger-disk-full", disk.ledger_full, "volumes"),
        Fault("spool-disk-full", disk.spool_full, "volumes"),
        Fault("worker-clock-steps", clocks.of_a_worker, "clock"),
        Fault("bridge-and-recorder-clock-steps", clocks.of_bridge_and_recorder, "clock"),
    ],
    "postgres": [
        Fault("postgres-killed", database.killed),
        Fault("worker-killed-on-postgres", processes.worker_killed),
        Fault("recorder-killed-on-postgres", processes.recorder_killed),
    ],
}


def make_theatre(name: str, folder, seed: int, count: int) -> Theatre:
    """For faults of so many messages each."""
    return Theatre(
        name,
        folder,
        seed,
        on_postgres=name == "postgres",
        has_volumes=name == "broker",
        # Replies and the provider's answers to them are kept, too, and some messages are sent again.
        most_messages=2 * count * len(CATALOGUE[name]),
        finds_lost_callbacks=True,
    )
