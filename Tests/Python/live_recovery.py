"""Trouble of one broker node under load: each part recovers by itself, says so once, and nothing is lost or sent twice.

Starts a node and a system of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import json
import signal
import time
from contextlib import ExitStack
from datetime import datetime, timezone

import pika
import pytest
from rig import BINARY, Node, until
from stage import Stage, await_health
from topology import TOPOLOGY

pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NODE = Node("recovery")


@pytest.fixture(name="stage", scope="module")
def fixture_stage(tmp_path_factory):
    NODE.wipe()
    NODE.start()
    stage = Stage(NODE, tmp_path_factory.mktemp("recovery"))
    try:
        stage.open()
        stage.start()
        yield stage
        stage.subscriber.stop()
        stage.system.end()
    finally:
        stage.close()
        NODE.wipe()


def set_policy(name: str, queue: str, definition: dict) -> None:
    """A policy of an operator, which wins over those of the topology."""
    pattern = "^" + queue.replace(".", "\\.") + "$"
    NODE.control(
        "set_policy", "-p", "switchboard", "--priority", "99", "--apply-to", "queues", name, pattern, json.dumps(definition)
    )


def clear_policy(name: str) -> None:
    NODE.control("clear_policy", "-p", "switchboard", name)


def test_a_connection_that_an_operator_closes(stage):
    with ExitStack() as expectations:
        # Two connections, one for consuming and one for publishing.
        expectations.enter_context(stage.said(stage.worker, lost=2, connected=2))
        expectations.enter_context(stage.said(stage.recorder, lost=1, connected=1))
        expectations.enter_context(stage.said(stage.bridge, lost=1, connected=1, spooling=range(4), spooled=range(4)))
        with stage.under_load("closed"):
            NODE.control("close_all_connections", "--vhost", "switchboard", "for maintenance")
            for program, part in ((stage.worker, "worker"), (stage.bridge, "bridge"), (stage.recorder, "recorder")):
                await_health(program, part, True)


def test_a_node_that_is_restarted(stage):
    with ExitStack() as expectations:
        for program, connections in ((stage.worker, 2), (stage.recorder, 1), (stage.bridge, 1)):
            spool = {"spooling": range(2), "spooled": range(2)} if program is stage.bridge else {}
            # Refused, and perhaps broken off while the node starts: each kind once.
            unreachable = range(connections, 3 * connections + 1)
            expectations.enter_context(
                stage.said(program, lost=connections, unreachable=unreachable, connected=connections, **spool)
            )
        with stage.under_load("restarted"):
            NODE.stop()
            for program, part in ((stage.worker, "worker"), (stage.recorder, "recorder")):
                await_health(program, part, False, "no connection to the broker")
            # Its disk takes the webhooks.
            await_health(stage.bridge, "bridge", True, "no connection to the broker")
            NODE.start()
            for program, part in ((stage.worker, "worker"), (stage.recorder, "recorder"), (stage.bridge, "bridge")):
                await_health(program, part, True)


@pytest.mark.parametrize(
    ("alarm", "begin", "end", "reason"),
    [
        ("memory", ["set_vm_memory_high_watermark", "0"], ["set_vm_memory_high_watermark", "0.3"], "low on memory"),
        ("disk", ["set_disk_free_limit", "100000GB"], ["set_disk_free_limit", "50MB"], "low on disk"),
    ],
)
def test_an_alarm(stage, alarm, begin, end, reason):
    with ExitStack() as expectations:
        expectations.enter_context(stage.said(stage.worker, blocked=1, unblocked=1))
        expectations.enter_context(stage.said(stage.bridge, blocked=1, unblocked=1, spooling=range(4), spooled=range(4)))
        # It only consumes, and consuming goes on.
        expectations.enter_context(stage.said(stage.recorder))
        with stage.under_load(alarm):
            try:
                NODE.control(*begin)
                await_health(stage.worker, "worker", False, reason)
                await_health(stage.bridge, "bridge", True, reason)
                await_health(stage.recorder, "recorder", True)
            finally:
                NODE.control(*end)
            for program, part in ((stage.worker, "worker"), (stage.bridge, "bridge")):
                await_health(program, part, True)


def test_a_queue_that_is_deleted_and_made_again(stage):
    """What stands in a deleted queue is gone by its operator's will; what the worker has taken from it is seen to its end."""
    load = stage.new_load("deleted", 20)
    stage.system.provider.latency(2000, 2000)
    try:
        for part in load.parts(1):
            part.await_published(1)
        until(lambda: len(calls_to(stage, load)) == 20)
        with stage.said(stage.worker, cancelled=1, consuming=1):
            NODE.control("delete_queue", "--vhost", "switchboard", "send.promotional")
            await_health(stage.worker, "worker", False, "send.promotional")
            NODE.control("import_definitions", str(TOPOLOGY / "definitions.json"))
            await_health(stage.worker, "worker", True)
    finally:
        stage.system.provider.latency(0, 0)
    load.close()
    stage.must_hold(load)
    with stage.under_load("made-again"):
        pass


def calls_to(stage, load) -> list[dict]:
    people = {request.to for request in load.requests}
    return [attempt for attempt in stage.system.provider.record()["attempts"] if attempt["to"] in people]


def test_a_policy_that_is_changed_while_messages_wait(stage):
    """The step of the ladder is made shorter, and too small: what waits is not lost, and who finds no room waits."""
    with ExitStack() as expectations:
        expectations.enter_context(stage.said(stage.worker, refused=1, taken=1))
        set_policy("shorter", "delay.transactional.5s", delay_policy(1000))
        load = stage.new_load("policy", 0)
        later = time.time() + 25
        for _ in range(40):
            send_later(load, later)
        set_policy("shorter", "delay.transactional.5s", delay_policy(4000, **{"max-length": 1}))
        later = time.time() + 25
        for _ in range(40):
            send_later(load, later)
        await_health(stage.worker, "worker", True, "does not take delay transactional.5s")
        clear_policy("shorter")
        await_health(stage.worker, "worker", True)
        load.close()
        stage.must_hold(load)


def delay_policy(ttl: int, **more) -> dict:
    """That of Topology/definitions.json, but for the time."""
    policies = json.loads((TOPOLOGY / "definitions.json").read_text(encoding="utf-8"))["policies"]
    (found,) = [policy["definition"] for policy in policies if policy["name"] == "delay-transactional-5s"]
    return found | {"message-ttl": ttl} | more


def send_later(load, at: float) -> None:
    """A message that is put off until then."""
    request = load.new_request()
    request = type(request)(request.key, "transactional", request.to)
    load.requests.append(request)
    app, message_id = request.key.split("/", 1)
    body = {"to": request.to, "body": "Later", "sendAt": datetime.fromtimestamp(at, timezone.utc).isoformat()}
    properties = pika.BasicProperties(message_id=message_id, user_id=app, content_type="application/json", delivery_mode=2)
    load.channel().basic_publish("send", f"transactional.{app}.news", json.dumps(body), properties, mandatory=True)
    load.confirmed.add(request.key)


def test_a_full_queue_of_the_recorder_holds_everything_back_and_loses_nothing(stage):
    """Events are refused as long as the recorder's queue is full: messages and webhooks wait."""
    with ExitStack() as expectations:
        expectations.enter_context(stage.said(stage.worker, refused=1, taken=1))
        expectations.enter_context(stage.said(stage.bridge, spooling=range(1, 4), spooled=range(1, 4)))
        with stage.steady_load("full", 40) as steady:
            stage.recorder.send_signal(signal.SIGSTOP)
            try:
                set_policy("small", "recorder", {"overflow": "reject-publish", "max-length": 20})
                await_health(stage.worker, "worker", True, "does not take events message")
                await_health(stage.bridge, "bridge", True, "wait on disk")
            finally:
                clear_policy("small")
                stage.recorder.send_signal(signal.SIGCONT)
            await_health(stage.worker, "worker", True)
            await_health(stage.bridge, "bridge", True)
        stage.must_hold(steady.load)
