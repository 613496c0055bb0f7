"""The bridge while its broker is away: every callback that it answered becomes an event, in order, whatever is killed.

Starts a node and a bridge of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import json
import secrets
import signal
from datetime import datetime
from pathlib import Path

import pytest
import requests
from rig import BINARY, Node, Program, System, until
from twilio.request_validator import RequestValidator

pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NODE = Node("spool")
QUEUE = "test.spool"


class Bridge:
    """`switchboard run bridge` on SQLite, in a folder that outlives it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.system = System(folder, NODE.addresses(), {"TWILIO_API_BASE_URL": "http://127.0.0.1:1"})
        self.program: Program = self.system.program("bridge")
        self.posted: list[str] = []
        """The SIDs that were answered with 2xx, in their order."""

    def start(self) -> None:
        self.program.begin()
        until(lambda: not self.program.is_running or self.health() is not None)
        assert self.program.is_running, self.log()

    def health(self) -> dict | None:
        """The bridge's own line of the readiness report; nil before it listens."""
        try:
            requests.get(f"http://{self.system.bridge_listen}/", timeout=30)
        except (requests.ConnectionError, requests.Timeout):
            return None
        return self.program.health().get("bridge")

    def end(self, number: int) -> int | None:
        return self.program.end(number)

    def log(self) -> str:
        return self.program.log()

    def files(self) -> list[Path]:
        return sorted((self.folder / "ledger.sqlite.spool").glob("*.journal"))

    def taken(self, path: str, **more) -> int:
        """As the provider does, which posts again what was answered 503."""
        message = "SM" + secrets.token_hex(16)
        for _ in range(3):
            answer = self.post(path, message, **more)
            if answer.status_code != 503:
                break
        return answer.status_code

    def post(self, path: str, message: str, **more) -> requests.Response:
        account = self.system.account
        fields = {"AccountSid": account, "MessageSid": message, "From": "+14155550132", "To": "+15005550006", **more}
        address = f"http://{self.system.bridge_listen}{path}"
        signature = RequestValidator(self.system.token).compute_signature(address, fields)
        answer = requests.post(address, data=fields, headers={"X-Twilio-Signature": signature}, timeout=10)
        if answer.ok:
            self.posted.append(message)
        return answer

    def status(self) -> None:
        assert self.taken("/twilio/status", MessageStatus="delivered") == 204

    def inbound(self, body: str) -> None:
        assert self.taken("/twilio/inbound", Body=body, NumMedia="0") == 200


@pytest.fixture(name="bridge")
def fixture_bridge(tmp_path):
    NODE.wipe()
    NODE.start()
    with NODE.connect() as connection:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True)
        channel.queue_bind(QUEUE, "events", "#")
    bridge = Bridge(tmp_path)
    bridge.start()
    until(lambda: "reason" not in (bridge.health() or {"reason": ""}))
    yield bridge
    bridge.end(signal.SIGKILL)
    NODE.wipe()


def take_events(sids: list[str]) -> list[dict]:
    """Every event in its order, until each of these messages has had one."""
    missing, events = set(sids), []
    with NODE.connect() as connection:
        for method, _, body in connection.channel().consume(QUEUE, auto_ack=True, inactivity_timeout=60):
            assert method is not None, f"{len(missing)} of {len(sids)} messages had no event"
            events.append(json.loads(body))
            if ".received." in events[-1]["type"] or ".delivered." in events[-1]["type"]:
                missing.discard(events[-1]["subject"])
            if not missing:
                return events
    raise AssertionError("unreachable")


def first_of_each(events: list[dict]) -> list[dict]:
    """Without ticks, and without what came again under the same id."""
    seen: dict[str, dict] = {}
    for event in events:
        if "bridge.tick" not in event["type"]:
            seen.setdefault(event["id"], event)
    return list(seen.values())


def check_ticks(events: list[dict], spooled: list[str]) -> None:
    """Until the last webhook from disk is there, no tick speaks of a time after the first was received."""
    first = next(event for event in events if event["subject"] == spooled[0])
    last = max(n for n, event in enumerate(events) if event["subject"] == spooled[-1])
    for event in events[:last]:
        if "bridge.tick" in event["type"]:
            assert datetime.fromisoformat(event["time"]) <= datetime.fromisoformat(first["time"])


def test_nothing_that_was_answered_is_lost_when_node_and_bridge_are_killed(bridge):
    bridge.status()
    before = len(bridge.posted)
    NODE.stop()
    until(lambda: "reason" in bridge.health())
    for _ in range(20):
        bridge.status()
    bridge.inbound("STOP")
    assert bridge.health()["ready"]
    assert "21 webhooks" in bridge.health()["reason"]

    bridge.end(signal.SIGKILL)
    # As if it had been killed while it wrote.
    with open(bridge.files()[-1], "ab") as file:
        file.write(b"SBJ1\0\0")
    bridge.start()
    assert bridge.log().count("cut short") == 1
    bridge.inbound("START")
    for _ in range(20):
        bridge.status()
    assert bridge.end(signal.SIGTERM) == 0
    assert len(bridge.files()) == 2
    assert all(b"+1415" not in file.read_bytes() for file in bridge.files())

    bridge.start()
    bridge.status()
    NODE.start()
    events = take_events(bridge.posted)
    until(lambda: "reason" not in bridge.health())
    check_ticks(events, bridge.posted[before:])
    told = first_of_each(events)
    assert [e["subject"] for e in told if ".consent." not in e["type"]] == bridge.posted
    assert [e["type"] for e in told if ".consent." in e["type"]] == [
        "switchboard.consent.revoked.v1",
        "switchboard.consent.granted.v1",
    ]
    assert bridge.files() == []

    bridge.status()
    assert [e["subject"] for e in first_of_each(take_events(bridge.posted[-1:]))][-1] == bridge.posted[-1]
    assert bridge.files() == []


def test_a_node_that_stands_still_is_not_waited_for(bridge):
    bridge.status()
    before = len(bridge.posted)
    NODE.send_signal(signal.SIGSTOP)
    try:
        bridge.inbound("STOP")
        for _ in range(20):
            bridge.status()
        bridge.end(signal.SIGKILL)
    finally:
        NODE.send_signal(signal.SIGCONT)
    bridge.start()
    events = take_events(bridge.posted)
    until(lambda: "reason" not in bridge.health())
    check_ticks(events, bridge.posted[before:])
    assert [e["subject"] for e in first_of_each(events) if ".consent." not in e["type"]] == bridge.posted


def test_a_node_without_memory_takes_nothing_and_the_disk_does(bridge):
    bridge.status()
    before = len(bridge.posted)
    NODE.control("set_vm_memory_high_watermark", "0")
    bridge.inbound("STOP")
    for _ in range(20):
        bridge.status()
    assert "webhooks" in bridge.health()["reason"]
    assert bridge.log().count("webhooks go to disk") == 1
    NODE.control("set_vm_memory_high_watermark", "0.3")
    events = take_events(bridge.posted)
    until(lambda: "reason" not in bridge.health())
    check_ticks(events, bridge.posted[before:])
    assert [e["subject"] for e in first_of_each(events) if ".consent." not in e["type"]] == bridge.posted
    assert bridge.log().count("has every webhook that was on disk") == 1


def test_a_queue_that_is_full_holds_webhooks_back_and_loses_none(bridge):
    with NODE.connect() as connection:
        channel = connection.channel()
        limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
        channel.queue_declare("test.full", durable=True, arguments=limits)
        channel.queue_bind("test.full", "events", "message.#")
        channel.queue_bind("test.full", "events", "inbound.#")
        while "reason" not in bridge.health():
            bridge.status()
        bridge.inbound("Hello")
        for _ in range(20):
            bridge.status()
        assert bridge.health()["ready"]
        channel.queue_delete("test.full")
    events = take_events(bridge.posted)
    until(lambda: "reason" not in bridge.health())
    assert [e["subject"] for e in first_of_each(events)] == bridge.posted
