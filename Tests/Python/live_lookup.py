"""Calls whose answer was lost, with no callback that could settle them: the provider's list does.

Starts a node and a system of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import time

import pika
import pytest
import requests
from topology import ROOT

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")
pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NAME = "lookup"
QUEUE = "test.lookup"
ACCOUNT, TOKEN = "AC" + secrets.token_hex(16), secrets.token_hex(16)


def broker(command: str, *arguments: str) -> str:
    done = subprocess.run(
        [str(ROOT / "Scripts" / "broker"), command, "--name", NAME, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def until(wanted, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as finder:
        return finder.getsockname()[1]


class System:
    """Worker, recorder and simulator; the provider's callbacks go to a port where nobody listens."""

    def __init__(self, folder):
        self.addresses = dict(re.findall(r"export (\w+)='([^']*)'", broker("env")))
        admin, self.simulator = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("SWITCHBOARD_", "TWILIO_"))}
        environment |= self.addresses | {
            "SWITCHBOARD_MODE": "development",
            "SWITCHBOARD_LEDGER_URL": f"sqlite:{folder}/ledger.sqlite",
            "SWITCHBOARD_ADMIN_LISTEN": admin,
            "SWITCHBOARD_SIMULATOR_LISTEN": self.simulator,
            "SWITCHBOARD_PUBLIC_URL": "http://127.0.0.1:9",
            "SWITCHBOARD_IN_DOUBT_GRACE": "1",
            "TWILIO_API_BASE_URL": f"http://{self.simulator}",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_DEFAULT_FROM_NUMBER": "+15005550006",
        }
        self.log = open(folder / "log", "ab")
        self.process = subprocess.Popen(
            [BINARY, "run", "worker", "recorder", "simulator"], env=environment, stdout=self.log, stderr=self.log
        )
        until(lambda: self.process.poll() is not None or self.is_ready(admin))
        assert self.process.poll() is None
        self.connection = pika.BlockingConnection(pika.URLParameters(self.addresses["SWITCHBOARD_ADMIN_AMQP_URL"]))
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        self.channel.queue_declare(QUEUE)
        self.channel.queue_bind(QUEUE, "events", "message.#")
        self.events = []

    @staticmethod
    def is_ready(admin: str) -> bool:
        try:
            return requests.get(f"http://{admin}/health/ready", timeout=5).ok
        except requests.ConnectionError:
            return False

    def program(self, number: str, outcome: str) -> None:
        answer = requests.post(
            f"http://{self.simulator}/simulator/outcomes", json={"number": number, "outcome": outcome}, timeout=5
        )
        assert answer.ok, answer.text

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

    def taken(self, number: str) -> list[dict]:
        page = requests.get(
            f"http://{self.simulator}/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            params={"To": number},
            auth=(ACCOUNT, TOKEN),
            timeout=5,
        ).json()
        return page["messages"]

    def end(self) -> None:
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0
        self.log.close()


@pytest.fixture(name="system")
def fixture_system(tmp_path):
    broker("wipe")
    broker("start", "--admin")
    system = None
    try:
        system = System(tmp_path)
        yield system
    finally:
        try:
            if system:
                system.end()
        finally:
            broker("wipe")


def test_what_the_provider_took_is_found_in_its_list(system):
    for number, outcome in (("+14155550141", "error-taken"), ("+14155550142", "reset-taken")):
        system.program(number, outcome)
        message = system.send(number, "Your order has shipped")
        system.event(message, "in-doubt")
        accepted = system.event(message, "accepted")["data"]
        listed = system.taken(number)
        assert len(listed) == 1
        assert accepted["provider"]["sid"] == listed[0]["sid"]
        assert accepted["attempt"] == 1


def test_two_lost_answers_to_one_person_are_told_apart_or_left_open(system):
    number = "+14155550143"
    system.program(number, "error-taken")
    first = system.send(number, "Your code is on its way")
    first_sid = system.event(first, "accepted")["data"]["provider"]["sid"]
    second = system.send(number, "Your code is on its way")
    second_sid = system.event(second, "accepted")["data"]["provider"]["sid"]
    assert {first_sid, second_sid} == {entry["sid"] for entry in system.taken(number)}
