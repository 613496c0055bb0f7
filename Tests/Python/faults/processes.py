"""Processes that are killed at random moments, and one that stands still."""

import signal

from faults.load import Load
from faults.theatre import Theatre


def nothing(theatre: Theatre, load: Load) -> None:
    """The load alone."""
    for _ in load.parts(2):
        pass


def worker_killed(theatre: Theatre, load: Load) -> None:
    """kill -9 of one worker and then the other, started again at once."""
    for part in load.parts(4):
        for worker in (theatre.worker, theatre.other_worker):
            part.await_random_moment()
            worker.kill()
            theatre.restart(worker)


def bridge_killed(theatre: Theatre, load: Load) -> None:
    """kill -9 of the bridge, started again at once."""
    for part in load.parts(3):
        part.await_random_moment()
        theatre.bridge.kill()
        theatre.restart(theatre.bridge)


def recorder_killed(theatre: Theatre, load: Load) -> None:
    """kill -9 of each recorder, started again at once."""
    for part in load.parts(3):
        for recorder in theatre.recorders:
            part.await_random_moment()
            recorder.kill()
            theatre.restart(recorder)


def all_killed(theatre: Theatre, load: Load) -> None:
    """kill -9 of workers, bridge and recorder together."""
    mine = [theatre.worker, theatre.other_worker, theatre.bridge, *theatre.recorders]
    for part in load.parts(2):
        part.await_random_moment()
        for program in mine:
            program.kill()
        for program in mine:
            program.begin()
        for program in mine:
            program.await_ready()


def worker_stands_still(theatre: Theatre, load: Load) -> None:
    """SIGSTOP of a worker until the other one has done the rest, then SIGCONT."""
    for part in load.parts(2):
        part.await_random_moment()
        theatre.worker.send_signal(signal.SIGSTOP)
        try:
            part.await_published(1)
        finally:
            theatre.worker.send_signal(signal.SIGCONT)
