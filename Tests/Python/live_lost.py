"""What no webhook told: statuses whose callback never came, and messages from people that met a dead bridge.

Starts a node and a system of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import json
import secrets
import sqlite3
import time
from contextlib import closing
from urllib.parse import quote

import pika
import pytest
import requests
from rig import BINARY, SENDER, Node, System, until

pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NODE = Node("lost")
QUEUE = "test.lost"


class Desk:
    """Worker, recorder and simulator in one process; the bridge is another one, which can be killed."""

    def __init__(self, folder):
        self.folder = folder
        self.system = System(folder, NODE.addresses(), {"SWITCHBOARD_LOST_AFTER": "1"})
        self.provider = self.system.provider
        self.system.launch("simulator")
        self.system.launch("worker", "recorder")
        self.bridge = self.system.program("bridge")
        self.connection = NODE.connect()
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        self.channel.queue_declare(QUEUE)
        self.channel.queue_bind(QUEUE, "events", "#")
        self.events: list[dict] = []

    def send(self, number: str, klass: str = "transactional") -> str:
        message = "m-" + secrets.token_hex(8)
        request = {
            "to": number,
            "body": "Your order has shipped. Reply STOP to end.",
            "recipient": {"id": "crm-42"},
            "consent": {"evidence": "cns_1"},
            "metadata": {"campaign": "spring"},
        }
        self.channel.basic_publish(
            "send",
            f"{klass}.shop.order",
            json.dumps(request),
            pika.BasicProperties(
                message_id=message, content_type="application/json", delivery_mode=2, correlation_id="cart-9"
            ),
            mandatory=True,
        )
        return message

    def seen(self) -> list[dict]:
        """Every event so far, but for the ticks."""
        while (got := self.channel.basic_get(QUEUE, auto_ack=True))[0]:
            event = json.loads(got[2])
            if "bridge.tick" not in event["type"]:
                self.events.append(event)
        return self.events

    def event(self, name: str, subject: str, seconds: float = 60) -> dict:
        wanted = f"switchboard.{name}.v1"
        return until(
            lambda: next((e for e in self.seen() if e["type"] == wanted and e["subject"] == subject), None),
            seconds,
            f"{name} of {subject}",
        )

    def fate(self, message: str) -> str:
        """How a promotional message ends that was judged when opt-outs were known."""

        def ended():
            for event in self.seen():
                word = event["type"].split(".")[2]
                if event["subject"] == message and word in ("accepted", "blocked", "refused", "rejected", "dropped"):
                    return word
            return None

        return until(ended, 120, f"the end of {message}")

    def write(self, number: str, text: str) -> dict:
        """A person writes; the provider keeps the message whatever the bridge answers."""
        answer = requests.post(
            f"{self.provider.url}/phones/{quote(number, safe='')}/replies",
            data={"To": SENDER, "Body": text},
            allow_redirects=False,
            timeout=20,
        )
        assert answer.status_code in (201, 502), answer.text
        return answer.json()

    def awaited(self) -> int:
        with closing(sqlite3.connect(f"file:{self.folder}/ledger.sqlite?mode=ro", uri=True)) as ledger:
            return ledger.execute("SELECT count(*) FROM awaited").fetchone()[0]

    def end(self) -> None:
        self.connection.close()
        self.system.end()


@pytest.fixture(name="desk")
def fixture_desk(tmp_path):
    NODE.wipe()
    NODE.start()
    desk = None
    try:
        desk = Desk(tmp_path)
        yield desk
    finally:
        try:
            if desk:
                desk.end()
        finally:
            NODE.wipe()


def test_a_status_that_no_callback_told_is_asked_for_and_told_alike(desk):
    desk.bridge.start()
    called, silent = "+14155550161", "+14155550162"
    desk.provider.program(silent, "no-callbacks")
    first = desk.event("message.delivered", desk.send(called))
    message = desk.send(silent)
    second = desk.event("message.delivered", message)
    assert second["id"] == second["data"]["provider"]["sid"] + "/delivered"
    # All that differs is whose message it is, and when.
    for event in (first, second):
        for name in ("id", "subject", "time", "traceparent"):
            event.pop(name, None)
        for name in ("messageId", "occurredAt"):
            event["data"].pop(name)
        assert event["data"]["provider"].pop("sid").startswith("SM")
        for name in ("token", "masked"):
            assert event["data"]["recipient"].pop(name)
    assert first == second
    assert second["data"]["metadata"] == {"campaign": "spring"}
    assert second["data"]["correlationId"] == "cart-9"
    assert len(desk.provider.record(silent)["attempts"]) == 1
    until(lambda: desk.awaited() == 0, what="the end of the wait")
    # The clear event has the address again, which the ledger never had.
    assert b"14155550162" not in b"".join(p.read_bytes() for p in desk.folder.glob("ledger.sqlite*") if p.is_file())


def test_what_the_provider_does_not_know_any_more_is_given_up_visibly(desk):
    number = "+14155550163"
    message = desk.send(number)
    sid = desk.event("message.accepted", message)["data"]["provider"]["sid"]
    until(lambda: desk.provider.listed(number)[0]["status"] == "delivered", what="the delivery")
    path = f"{desk.provider.url}/2010-04-01/Accounts/{desk.provider.account}/Messages/{sid}.json"
    assert requests.delete(path, auth=(desk.provider.account, desk.provider.token), timeout=10).status_code == 204
    desk.bridge.start()
    abandoned = desk.event("message.abandoned", message)
    assert abandoned["id"] == f"{sid}/abandoned"
    assert abandoned["data"]["isFinal"] and abandoned["data"]["rank"] == 50
    assert "does not know" in abandoned["data"]["reason"]["problem"]
    until(lambda: desk.awaited() == 0, what="the end of the wait")
    # A repeat of the request sends nothing.
    assert len(desk.provider.record(number)["attempts"]) == 1


def test_a_stop_that_met_a_dead_bridge_counts_once_it_is_back(desk):
    number = "+14155550164"
    desk.bridge.start()
    assert desk.fate(desk.send(number, "promotional")) == "accepted"
    desk.bridge.kill()
    stop = desk.write(number, "STOP")
    assert "status" not in stop["webhook"]
    desk.bridge.start()
    revoked = desk.event("consent.revoked", stop["sid"])
    received = desk.event("inbound.received", stop["sid"])
    assert revoked["id"] == f"{stop['sid']}/consent.revoked"
    assert revoked["data"]["consent"]["keyword"] == "STOP"
    assert received["data"]["conversation"]["app"] == "shop"
    assert desk.fate(desk.send(number, "promotional")) == "blocked"
    assert len(desk.provider.record(number)["attempts"]) == 1
    # Another outage lists it again, and knows it.
    desk.bridge.kill()
    hello = desk.write(number, "Hello?")
    desk.bridge.start()
    desk.event("inbound.received", hello["sid"])
    ids = [event["id"] for event in desk.seen()]
    assert ids.count(revoked["id"]) == 1
    assert ids.count(received["id"]) == 1


@pytest.mark.parametrize("missed, told, fate", [("STOP", "START", "accepted"), ("START", "STOP", "blocked")])
def test_an_older_word_that_is_found_later_does_not_beat_a_newer_one(desk, missed, told, fate):
    number = "+14155550165"
    desk.bridge.start()
    assert desk.fate(desk.send(number, "promotional")) == "accepted"
    if missed == "START":
        desk.event("consent.revoked", desk.write(number, "STOP")["sid"])
    desk.bridge.kill()
    # The provider tells the second: within it a no is taken for the last word.
    older = desk.write(number, missed)
    time.sleep(1.1)
    # Its list comes late, so that the newer word is there first.
    desk.provider.latency(8000, 8000)
    desk.bridge.start()
    newer = desk.write(number, told)
    assert newer["webhook"]["status"] == 200
    words = {"STOP": "consent.revoked", "START": "consent.granted"}
    desk.event(words[told], newer["sid"])
    assert not any(event["subject"] == older["sid"] for event in desk.seen())
    desk.event(words[missed], older["sid"])
    desk.provider.latency(0, 0)
    assert desk.fate(desk.send(number, "promotional")) == fate


def test_opt_outs_that_nobody_can_read_keep_none_from_being_recorded(desk):
    number = "+14155550166"
    desk.bridge.start()
    assert desk.fate(desk.send(number)) == "accepted"
    unreadable = {"type": "switchboard.consent.revoked.v1", "subject": "none", "data": {}}
    # More than the recorder takes at once.
    for _ in range(450):
        desk.channel.basic_publish(
            "events", "consent.revoked.sms.none.none", json.dumps(unreadable), mandatory=True
        )
    desk.event("consent.revoked", desk.write(number, "STOP")["sid"])
    until(lambda: desk.fate(desk.send(number)) == "blocked", what="the effect of the STOP")
    # They stay where they are, for a version that can read them.
    def kept() -> int:
        listing = NODE.control("list_queues", "-p", "switchboard", "--no-table-headers", "name", "messages")
        return int(dict(line.split() for line in listing.splitlines())["consent"])

    # The node counts now and then.
    until(lambda: kept() >= 450, what="450 messages in the queue")
