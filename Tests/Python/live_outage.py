"""A provider that is away, or refuses the account: nothing is lost, sent twice or handed out again and again.

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
from topology import ROOT, problems

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")
pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

NAME = "outage"
EVENTS = "test.outage"
SEND = "send.transactional"
ACCOUNT, TOKEN = "AC" + secrets.token_hex(16), secrets.token_hex(16)
COUNT = 400


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
    """Worker and recorder in one process, the provider in another, so that it can go away."""

    def __init__(self, folder):
        self.folder = folder
        self.addresses = dict(re.findall(r"export (\w+)='([^']*)'", broker("env")))
        self.admin, self.provider_address = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.log = open(folder / "log", "ab")
        self.provider = None
        self.worker = None
        self.worker_starts()
        self.connection = pika.BlockingConnection(pika.URLParameters(self.addresses["SWITCHBOARD_ADMIN_AMQP_URL"]))
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        self.channel.queue_declare(EVENTS)
        for key in ("message.#", "account.#"):
            self.channel.queue_bind(EVENTS, "events", key)
        self.events = []

    def environment(self, admin: str, token: str = TOKEN) -> dict:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SWITCHBOARD_", "TWILIO_"))}
        return kept | self.addresses | {
            "SWITCHBOARD_MODE": "development",
            "SWITCHBOARD_LEDGER_URL": f"sqlite:{self.folder}/ledger.sqlite",
            "SWITCHBOARD_ADMIN_LISTEN": admin,
            "SWITCHBOARD_SIMULATOR_LISTEN": self.provider_address,
            "SWITCHBOARD_PUBLIC_URL": "http://127.0.0.1:9",
            "SWITCHBOARD_IN_DOUBT_GRACE": "1",
            "TWILIO_API_BASE_URL": f"http://{self.provider_address}",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": token,
            "TWILIO_DEFAULT_FROM_NUMBER": "+15005550006",
        }

    def run(self, *roles: str, admin: str, token: str = TOKEN) -> subprocess.Popen:
        return subprocess.Popen(
            [BINARY, "run", *roles], env=self.environment(admin, token), stdout=self.log, stderr=self.log
        )

    def worker_starts(self) -> None:
        self.worker = self.run("worker", "recorder", admin=self.admin)
        until(lambda: self.worker.poll() is not None or self.health())
        assert self.worker.poll() is None

    def worker_stops(self) -> None:
        self.worker.send_signal(signal.SIGTERM)
        assert self.worker.wait(timeout=60) == 0

    def provider_comes(self, token: str = TOKEN) -> None:
        self.provider = self.run("simulator", admin=f"127.0.0.1:{free_port()}", token=token)
        until(lambda: self.listens(self.provider_address))

    def provider_goes(self) -> None:
        self.provider.kill()
        self.provider.wait(timeout=10)
        self.provider = None

    @staticmethod
    def listens(address: str) -> bool:
        host, port = address.split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    def health(self) -> dict | None:
        try:
            answer = requests.get(f"http://{self.admin}/health/ready", timeout=30)
            return answer.json() if answer.ok else None
        except (requests.ConnectionError, requests.Timeout):
            return None

    def account_reason(self) -> str | None:
        return next(check.get("reason") for check in self.health()["checks"] if check["name"] == "accounts")

    def metric(self, name: str, label: str = "") -> float:
        lines = requests.get(f"http://{self.admin}/metrics", timeout=30).text.splitlines()
        values = [float(line.split()[-1]) for line in lines if line.startswith(name) and label in line]
        assert values, name
        return sum(values)

    def consumed(self) -> float:
        """How many deliveries the worker got."""
        return self.metric("switchboard_messages_total", 'outcome="consumed"')

    def send(self, count: int) -> set[str]:
        messages = {f"m-{secrets.token_hex(8)}" for _ in range(count)}
        for number, message in enumerate(sorted(messages)):
            self.channel.basic_publish(
                "send",
                "transactional.shop.order",
                json.dumps({"to": f"+1415555{number % 10000:04}", "body": "Your order has shipped"}),
                pika.BasicProperties(message_id=message, content_type="application/json", delivery_mode=2),
                mandatory=True,
            )
        return messages

    def seen(self, name: str) -> list[dict]:
        while (got := self.channel.basic_get(EVENTS, auto_ack=True))[0]:
            self.events.append(json.loads(got[2]))
        return [event for event in self.events if event["type"] == f"switchboard.{name}.v1"]

    def consumers(self) -> int:
        return self.channel.queue_declare(SEND, passive=True).method.consumer_count

    def ready(self) -> int:
        return self.channel.queue_declare(SEND, passive=True).method.message_count

    def delivery_counts(self) -> list[int]:
        """How often each message that waits was handed out before; looking counts once more."""
        with pika.BlockingConnection(pika.URLParameters(self.addresses["SWITCHBOARD_ADMIN_AMQP_URL"])) as connection:
            channel = connection.channel()
            counts = []
            while (got := channel.basic_get(SEND))[0]:
                counts.append((got[1].headers or {}).get("x-delivery-count", 0))
        return counts

    def taken(self) -> int:
        """How many messages the provider has."""
        page = requests.get(
            f"http://{self.provider_address}/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            params={"PageSize": 1000},
            auth=(ACCOUNT, TOKEN),
            timeout=30,
        ).json()
        return len(page["messages"])

    def doctor(self) -> subprocess.CompletedProcess:
        return subprocess.run(
            [BINARY, "doctor"],
            env=self.environment(self.admin),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def trace(self, message: str) -> dict:
        done = subprocess.run(
            [BINARY, "trace", message, "--app", "shop", "--json"],
            env=self.environment(self.admin),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def end(self) -> None:
        self.connection.close()
        try:
            self.worker_stops()
        finally:
            if self.provider:
                self.provider_goes()
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


def check_pause(system: System, seconds: float, why: str) -> None:
    """Nothing is taken, nothing churns, and everybody who may ask is told why."""
    until(lambda: system.consumers() == 0)
    until(lambda: system.metric("switchboard_account_paused", 'account="default"') == 1)
    paused = until(lambda: system.seen("account.paused"))
    assert len(paused) == 1 and why in paused[0]["data"]["reason"]["problem"]
    assert problems("event", paused[0]) == []
    assert system.metric("switchboard_worker_suspended") == 1
    until(lambda: system.ready() > 0)
    consumed, began = system.consumed(), time.monotonic()
    while time.monotonic() - began < seconds:
        assert system.consumers() == 0
        time.sleep(0.2)
    assert system.consumed() == consumed > 0
    assert "default is paused since" in system.account_reason() and why in system.account_reason()
    diagnosis = system.doctor()
    assert diagnosis.returncode == 1
    assert [line for line in diagnosis.stdout.splitlines() if line.startswith("services") and why in line]


def check_recovery(system: System, messages: set[str]) -> None:
    """Everything is sent, each once, and the end of the pause is told once."""
    until(lambda: {event["subject"] for event in system.seen("message.accepted")} >= messages, 120)
    until(lambda: len(system.seen("account.resumed")) == 1)
    assert len(system.seen("account.paused")) == 1
    assert problems("event", system.seen("account.resumed")[0]) == []
    assert system.account_reason() is None
    assert system.taken() == len(messages)
    assert not system.seen("message.refused") and not system.seen("message.rejected")
    assert system.metric("switchboard_worker_suspended") == 0
    message = next(iter(messages))
    trace = system.trace(message)
    assert (trace["state"], trace["app"], trace["purpose"]) == ("accepted", "shop", "order")
    assert trace["sid"].startswith("SM") and "next" in trace and "+1415" not in json.dumps(trace)


def test_a_provider_that_is_away_stops_the_consumption_and_nothing_churns(system):
    # All of it stands there when the worker comes, which takes more than it can begin.
    system.worker_stops()
    messages = system.send(COUNT)
    system.worker_starts()
    check_pause(system, 8, "the provider does not answer")
    print(f"{system.consumed():.0f} deliveries until the pause")
    assert system.consumed() >= COUNT
    counts = system.delivery_counts()
    print(f"{len(counts)} of {COUNT} wait in {SEND}, handed out before: {sorted(set(counts))}")
    assert max(counts) <= 1
    # Looking handed everything out once more. What came from the delay ladder meanwhile begins anew.
    began = time.monotonic()
    system.provider_comes()
    check_recovery(system, messages)
    print(f"all sent {time.monotonic() - began:.1f} s after the provider was back")
    print(f"{system.consumed():.0f} deliveries for {COUNT} messages")
    # Those that were on their way when it went come twice from the ladder or their queue, and once in the end.
    assert COUNT <= system.consumed() <= 3 * COUNT


def test_an_account_that_is_refused_stops_the_consumption_until_its_credentials_are_mended(system):
    system.provider_comes(token=secrets.token_hex(16))
    messages = system.send(COUNT)
    check_pause(system, 8, "the provider refuses the account")
    assert max(system.delivery_counts()) <= 1
    system.provider_goes()
    system.provider_comes()
    check_recovery(system, messages)


def test_a_delivery_limit_below_the_workers_own_is_named(system):
    def check() -> subprocess.CompletedProcess:
        return subprocess.run(
            [BINARY, "topology", "check", "--ctl", f"{ROOT}/Scripts/broker ctl --name {NAME}"],
            env=system.environment(system.admin),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    well = check()
    assert well.returncode == 0 and "are 200 or more" in well.stdout, well.stderr
    lowered = '{"delivery-limit": 20, "dead-letter-exchange": "dead", "dead-letter-routing-key": "promotional"}'
    broker(
        "ctl", "set_policy", "--vhost", "switchboard", "--priority", "50", "--apply-to", "queues",
        "lowered", r"^send\.promotional\z", lowered,
    )  # fmt: skip
    wrong = check()
    assert wrong.returncode == 1
    assert "send.promotional: the delivery limit is 20, the workers count on 200" in wrong.stdout
    assert "send.transactional" not in wrong.stdout
