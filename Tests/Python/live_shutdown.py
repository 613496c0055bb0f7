"""Stops under load: what is in flight is finished or handed back within the stated time, and nobody is called twice.

Starts a node and systems of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import signal
import time

import pytest
import requests
from faults.load import Load
from faults.theatre import Postgres
from rig import BINARY, Node, Program, until
from stage import Stage, await_health

pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NODE = Node("shutdown")
CLOSING = 8
"""Seconds for connections and files after what was in flight; Docs/operations.md says so."""
SLACK = 15
"""Seconds more on a machine that has much else to do."""


@pytest.fixture(name="node", scope="module")
def fixture_node():
    NODE.wipe()
    NODE.start()
    yield NODE
    NODE.wipe()


@pytest.fixture(name="stage")
def fixture_stage(node, tmp_path, request):
    stage = Stage(node, tmp_path, **getattr(request, "param", {}))
    try:
        if stage.on_postgres:
            stage.postgres = Postgres("shutdown")
            stage.postgres.start()
        stage.open()
        stage.start()
        yield stage
        stage.subscriber.stop()
        stage.system.end()
    finally:
        stage.close()
        if stage.on_postgres:
            stage.postgres.wipe()


def fill(stage: Stage, name: str, count: int) -> Load:
    """So many messages that stood in their queues when the worker came, of which it has many with the provider."""
    assert stage.worker.end() == 0
    load = stage.new_load(name, count)
    for part in load.parts(1):
        part.await_published(1)
    stage.worker.start()
    until(lambda: in_flight(stage) >= min(count, stage.slots // 2), what="messages in flight")
    return load


def in_flight(stage: Stage) -> int:
    """Attempts that the ledger has granted and that have no outcome yet."""
    return sum(row.state == "attempting" for row in stage.rows().values())


def standing_ready() -> int:
    """Messages that nobody holds; the broker's count lags a few seconds behind."""
    with NODE.connect() as connection:
        channel = connection.channel()
        queues = [f"send.{name}" for name in ("transactional", "promotional")]
        return sum(channel.queue_declare(queue, passive=True).method.message_count for queue in queues)


def calls(stage: Stage) -> dict[str, list[dict]]:
    """What the provider was asked, for each number; each message here has a number of its own."""
    asked: dict[str, list[dict]] = {}
    for attempt in stage.system.provider.record()["attempts"]:
        asked.setdefault(attempt["to"], []).append(attempt)
    return asked


def nobody_is_called_twice(stage: Stage) -> None:
    repeated = [attempts for attempts in calls(stage).values() if len(attempts) > 1]
    assert not repeated, repeated[:5]


def end(program: Program, *signals: int, within: float) -> float:
    """Sends the signals, one after the other; the process must be gone in time, in order. Returns how long it took."""
    begun = time.monotonic()
    for number in signals:
        program.send_signal(number)
        time.sleep(0.2 if len(signals) > 1 else 0)
    code = program.process.wait(timeout=within + 60)
    took = time.monotonic() - begun
    assert code == 0, program.log()[-2000:]
    assert took < within + SLACK, f"it took {took:.1f} s"
    return took


@pytest.mark.parametrize("stage", [{"slots": 256, "timeout": 15}], indirect=True)
def test_a_worker_finishes_what_it_has_begun(stage):
    """A second signal, of either kind, neither shortens nor breaks it."""
    stage.system.provider.latency(8000, 9000)
    load = fill(stage, "drained", 500)
    flying = in_flight(stage)
    end(stage.worker, signal.SIGTERM, signal.SIGTERM, signal.SIGINT, within=9 + CLOSING)
    assert "Stopped: all that had begun is finished" in stage.worker.log()
    called = calls(stage)
    assert flying <= len(called) < 500
    # What was called is told and recorded; the rest stands in the queue, and nobody holds it.
    states = {key: row.state for key, row in stage.rows().items()}
    assert {states[r.key] for r in load.requests if r.to in called} == {"accepted"}
    until(lambda: standing_ready() == 500 - len(called), 15, "that the rest stands in its queues")
    stage.system.provider.latency(0, 0)
    stage.worker.start()
    stage.must_hold(load)
    nobody_is_called_twice(stage)


@pytest.mark.parametrize("stage", [{"timeout": 8, "drain": 1}], indirect=True)
def test_a_worker_that_may_not_wait_leaves_what_is_looked_up_before_it_is_sent_again(stage):
    stage.system.provider.latency(6000, 6000)
    load = fill(stage, "cut", 40)
    end(stage.worker, signal.SIGTERM, within=1 + CLOSING)
    assert "Stopped before all was finished" in stage.worker.log()
    stage.system.provider.latency(0, 0)
    stage.worker.start()
    stage.must_hold(load)
    nobody_is_called_twice(stage)


@pytest.mark.parametrize("stage", [{"drain": 4}], indirect=True)
@pytest.mark.parametrize("trouble", ["gone", "frozen"])
def test_a_worker_whose_broker_is_away_ends_all_the_same(stage, trouble):
    stage.system.provider.latency(3000, 3000)
    load = fill(stage, trouble, 200)
    if trouble == "gone":
        NODE.stop()
    else:
        NODE.send_signal(signal.SIGSTOP)
    try:
        end(stage.worker, signal.SIGTERM, within=4 + CLOSING)
    finally:
        if trouble == "gone":
            NODE.start()
        else:
            NODE.send_signal(signal.SIGCONT)
    stage.system.provider.latency(0, 0)
    stage.worker.start()
    stage.must_hold(load)
    nobody_is_called_twice(stage)


@pytest.mark.parametrize("stage", [{"on_postgres": True, "drain": 8}], indirect=True)
def test_everybody_ends_while_the_database_is_away(stage):
    stage.system.provider.latency(1500, 1500)
    load = fill(stage, "no-ledger", 100)
    stage.postgres.crash()
    try:
        await_health(stage.worker, "ledger", False)
        end(stage.worker, signal.SIGTERM, within=8 + CLOSING)
        end(stage.recorder, signal.SIGTERM, within=5 + CLOSING)
        end(stage.bridge, signal.SIGTERM, within=5 + CLOSING)
    finally:
        stage.postgres.restart()
    stage.system.provider.latency(0, 0)
    for program in (stage.recorder, stage.bridge, stage.worker):
        program.start()
    stage.must_hold(load)
    nobody_is_called_twice(stage)


def test_bridge_and_recorder_end_in_the_middle_of_it(stage):
    """Connections that are kept alive and idle are not waited for."""
    with stage.under_load("ended", 60) as steady:
        for program in (stage.bridge, stage.recorder):
            with requests.Session() as idle:
                if program is stage.bridge:
                    idle.get(f"http://{stage.system.bridge_listen}/", timeout=5)
                steady.await_more(20)
                end(program, signal.SIGTERM, within=5 + CLOSING)
            program.start()
