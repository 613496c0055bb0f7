"""Calls whose answer was lost, with no callback that could settle them: the provider's list does.

Starts a node and a system of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import json
import secrets

import pika
import pytest
from rig import BINARY, Node, System, until

pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NODE = Node("lookup")
QUEUE = "test.lookup"


class Desk:
    """Worker, recorder and simulator; the provider's callbacks go to a port where nobody listens."""

    def __init__(self, folder):
        variables = {"SWITCHBOARD_PUBLIC_URL": "http://127.0.0.1:9", "SWITCHBOARD_IN_DOUBT_GRACE": "1"}
        self.system = System(folder, NODE.addresses(), variables)
        self.provider = self.system.provider
        self.process = self.system.launch("worker", "recorder", "simulator")
        self.connection = NODE.connect()
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        self.channel.queue_declare(QUEUE)
        self.channel.queue_bind(QUEUE, "events", "message.#")
        self.events = []

    def send(self, number: str, text: str) -> str:
        message = "m-" + secrets.token_hex(8)
        self.channel.basic_publish(
            "send",
            "transactional.shop.order",
            json.dumps({"to": number, "body": text}),
            pika.BasicProperties(message_id=message, content_type="application/json", delivery_mode=2),
            mandatory=True,
        )
        return message

    def event(self, message: str, name: str) -> dict:
        def seen():
            while (got := self.channel.basic_get(QUEUE, auto_ack=True))[0]:
                self.events.append(json.loads(got[2]))
            return next(
                (e for e in self.events if e["subject"] == message and e["type"] == f"switchboard.message.{name}.v1"),
                None,
            )

        return until(seen)

    def end(self) -> None:
        self.connection.close()
        assert self.process.end() == 0


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


def test_what_the_provider_took_is_found_in_its_list(desk):
    for number, outcome in (("+14155550141", "error-taken"), ("+14155550142", "reset-taken")):
        desk.provider.program(number, outcome)
        message = desk.send(number, "Your order has shipped")
        desk.event(message, "in-doubt")
        accepted = desk.event(message, "accepted")["data"]
        listed = desk.provider.listed(number)
        assert len(listed) == 1
        assert accepted["provider"]["sid"] == listed[0]["sid"]
        assert accepted["attempt"] == 1


def test_two_lost_answers_to_one_person_are_told_apart_or_left_open(desk):
    number = "+14155550143"
    desk.provider.program(number, "error-taken")
    first = desk.send(number, "Your code is on its way")
    first_sid = desk.event(first, "accepted")["data"]["provider"]["sid"]
    second = desk.send(number, "Your code is on its way")
    second_sid = desk.event(second, "accepted")["data"]["provider"]["sid"]
    assert {first_sid, second_sid} == {entry["sid"] for entry in desk.provider.listed(number)}
