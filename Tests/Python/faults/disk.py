"""Disks that are full."""

import signal

from rig import until

from faults.load import Load
from faults.theatre import Theatre

ROOM = 64
"""Kilobytes that are left to the ledger."""
SECONDS = 120


def ledger_full(theatre: Theatre, load: Load) -> None:
    """no room for the ledger's file until the workers miss it"""
    workers = (theatre.worker, theatre.other_worker)
    for part in load.parts(2):
        part.await_published(0.1)
        before = [worker.log().count("The ledger") for worker in workers]
        # What the log has grown to would be written over.
        theatre.truncate_write_ahead_log()
        theatre.ledger_volume.leave(ROOM)
        try:
            until(lambda: any(w.log().count("The ledger") > n for w, n in zip(workers, before)), SECONDS)
        finally:
            theatre.ledger_volume.make_room()


def spool_full(theatre: Theatre, load: Load) -> None:
    """the broker stands still and the spool has no room, until the bridge refuses webhooks"""
    for part in load.parts(2):
        part.await_published(0.5)
        before = refused(theatre)
        theatre.spool_volume.leave(0)
        theatre.node.send_signal(signal.SIGSTOP)
        try:
            until(lambda: refused(theatre) > before, SECONDS, "a refusal")
        finally:
            theatre.node.send_signal(signal.SIGCONT)
            theatre.spool_volume.make_room()


def refused(theatre: Theatre) -> int:
    """How many callbacks were given up."""
    return sum(not report.is_answered for m in theatre.record.refresh().values() for report in m.reports)
