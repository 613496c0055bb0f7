"""A ledger whose database dies."""

from rig import until

from faults.load import Load
from faults.theatre import Theatre

SECONDS = 60


def killed(theatre: Theatre, load: Load) -> None:
    """stopped as a crash would, and started again once the workers miss it"""
    for part in load.parts(3):
        part.await_random_moment()
        theatre.postgres.crash()
        try:
            for worker in (theatre.worker, theatre.other_worker):
                until(lambda worker=worker: not worker.health().get("ledger", {}).get("ready", True), SECONDS)
        finally:
            theatre.postgres.restart()
