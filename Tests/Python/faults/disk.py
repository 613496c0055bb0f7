"""Disks that are full."""

import signal

from rig import until

from faults.load import Load
from faults.theatre import Theatre

ROOM = 64
"""Kilobytes that are left."""
SECONDS = 120


def ledger_full(theatre: Theatre, load: Load) -> None:
    """no room for the ledger's file until both workers miss it"""
    workers = (theatre.worker, theatre.other_worker)
    for part in load.parts(2):
        part.await_random_moment()
        before = [worker.log().count("The ledger") for worker in workers]
        theatre.ledger_volume.leave(ROOM)
        try:
            until(lambda: all(w.log().count("The ledger") > n for w, n in zip(workers, before)), SECONDS)
            part.await_published(1)
        finally:
            theatre.ledger_volume.make_room()


def spool_full(theatre: Theatre, load: Load) -> None:
    """the broker stands still and the spool has no room, until the bridge refuses webhooks"""
    for part in load.parts(2):
        part.await_random_moment()
        before = refused(theatre)
        theatre.spool_volume.leave(ROOM)
        theatre.node.send_signal(signal.SIGSTOP)
        try:
            until(lambda: refused(theatre) > before, SECONDS, "a refusal")
        finally:
            theatre.node.send_signal(signal.SIGCONT)
            theatre.spool_volume.make_room()


def refused(theatre: Theatre) -> int:
    """How many callbacks were given up."""
    return sum(not report.is_answered for m in theatre.record.refresh().values() for report in m.reports)
