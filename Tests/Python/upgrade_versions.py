"""Two versions of the program side by side, on one queue, one broker and one ledger: nothing is lost or sent twice while
one takes the place of the other, role by role, as Docs/operations.md says.

Needs the built executable in SWITCHBOARD_TEST_BINARY, and an older one in SWITCHBOARD_TEST_OLD_BINARY.
"""

import os
import re

import pytest
import requests
from faults.theatre import Postgres
from rig import BINARY, Node, Program, until
from stage import Stage

OLD_BINARY = os.environ.get("SWITCHBOARD_TEST_OLD_BINARY", "")
pytestmark = pytest.mark.skipif(not (BINARY and OLD_BINARY), reason="no two executables")

NODE = Node("upgrade-versions")


@pytest.fixture(name="stage", params=["sqlite", "postgres"])
def fixture_stage(request, tmp_path):
    """The older version runs; the simulator is the newer one's."""
    NODE.wipe()
    NODE.start()
    stage = Stage(NODE, tmp_path, on_postgres=request.param == "postgres")
    try:
        if stage.on_postgres:
            stage.postgres = Postgres("upgrade-versions")
            stage.postgres.start()
        stage.open()
        for program in (stage.recorder, stage.bridge, stage.worker):
            program.binary = OLD_BINARY
        stage.start()
        yield stage
        stage.subscriber.stop()
        stage.system.end()
    finally:
        stage.close()
        if stage.on_postgres:
            stage.postgres.wipe()
        NODE.wipe()


def consumed(worker: Program) -> int:
    """Deliveries that a worker has taken since its start."""
    metrics = requests.get(f"http://{worker.admin}/metrics", timeout=30).text
    lines = re.findall(r'^switchboard_messages\w*\{[^}]*outcome="consumed"[^}]*\} (\S+)$', metrics, re.MULTILINE)
    assert lines, metrics
    return sum(int(float(line)) for line in lines)


def test_role_by_role(stage):
    with stage.under_load("upgrade") as steady:
        # Whoever comes first brings the ledger's schema up to date, while the older ones work with it.
        recorder = stage.system.launch("recorder", name="recorder-new")
        steady.await_more(100)
        assert stage.recorder.end() == 0
        steady.await_more(50)

        worker = stage.system.launch("worker", name="worker-new")
        before = consumed(stage.worker), consumed(worker)
        steady.await_more(200)
        after = consumed(stage.worker), consumed(worker)
        assert all(new > old for old, new in zip(before, after)), f"{before} {after}"
        assert stage.worker.end() == 0
        steady.await_more(50)

        # It takes over the address and the spool of the one before.
        assert stage.bridge.end() == 0
        stage.bridge.binary = BINARY
        stage.bridge.start()
        steady.await_more(100)
    for program in (recorder, worker, stage.bridge, stage.worker, stage.recorder):
        assert "level=error" not in program.log() and "level=critical" not in program.log()


def test_an_older_program_after_a_newer_one(stage):
    """It works with a ledger whose schema is its own, and refuses one that is newer than it knows."""
    assert stage.worker.end() == 0
    newer = stage.system.launch("worker", name="worker-new")
    assert newer.end() == 0
    stage.worker.begin()
    until(lambda: not stage.worker.is_running or stage.worker.is_ready, 30)
    if not stage.worker.is_running:
        assert stage.worker.process.returncode == 78
        assert "newer" in stage.worker.log().splitlines()[-1]
        stage.worker.binary = BINARY
        stage.worker.start()
    with stage.under_load("afterwards"):
        pass
