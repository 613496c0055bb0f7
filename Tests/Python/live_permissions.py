"""What each broker user may do on a real node, and that the definitions work: what they promise is a policy's doing.

Needs SWITCHBOARD_TEST_<USER>_AMQP_URL for every user, as Scripts/test sets them.
"""

import json
import os
import secrets
import subprocess
import time

import pika
import pytest
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from contract_client import connect, url
from topology import definitions, permissions

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_OPS_AMQP_URL" not in os.environ, reason="no broker")

USERS = [entry["user"] for entry in permissions()["permissions"]]
QUEUES = [queue["name"] for queue in definitions()["queues"]]
EXCHANGES = [exchange["name"] for exchange in definitions()["exchanges"]]
FORBIDDEN, INVALID = 403, 406


def refusal(user: str, act) -> int | None:
    """The code with which the broker closes the channel on `act(channel)`; None when it allows it."""
    connection = connect(user)
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        act(channel)
    except ChannelClosedByBroker as error:
        return error.reply_code
    finally:
        connection.close()
    return None


def publishing(exchange: str, key: str, **properties):
    return lambda channel: channel.basic_publish(exchange, key, b"{}", pika.BasicProperties(**properties))


def taken(user: str, queue: str, *, wanted, seconds: float = 20) -> tuple:
    """Takes messages until one is wanted; (method, properties, body)."""
    connection = connect(user)
    try:
        for message in connection.channel().consume(queue, inactivity_timeout=seconds):
            if message[0] is None:
                raise TimeoutError(f"nothing wanted in {queue}")
            message_properties = message[1]
            if wanted(message_properties):
                return message
    finally:
        connection.close()
    raise AssertionError("unreachable")


@pytest.mark.parametrize("user", USERS)
def test_a_user_may_log_in_and_check_every_queue_passively(user):
    connection = connect(user)
    for queue in QUEUES:
        connection.channel().queue_declare(queue, passive=True)
    connection.close()


def test_the_services_have_passwords_of_their_own():
    assert len({pika.URLParameters(url(user)).credentials.password for user in USERS}) == len(USERS)


def test_a_wrong_password_is_refused():
    parameters = pika.URLParameters(url("shop"))
    parameters.credentials = pika.PlainCredentials("shop", "shop")
    with pytest.raises(AMQPError):
        pika.BlockingConnection(parameters)


@pytest.mark.parametrize("klass", ["transactional", "promotional"])
def test_an_app_publishes_its_own_keys(klass):
    assert refusal("shop", publishing("send", f"{klass}.shop.test", user_id="shop", expiration="0")) is None


@pytest.mark.parametrize(
    "key",
    [
        "transactional.marketing.test",
        "transactional.shop.test\n",
        "transactional.shop.test.more",
        "transactional.shop.Test",
        "urgent.shop.test",
    ],
)
def test_an_app_publishes_no_other_key(key):
    assert refusal("shop", publishing("send", key)) == FORBIDDEN


@pytest.mark.parametrize("exchange", ["", *[name for name in EXCHANGES if name != "send"]])
def test_an_app_publishes_nowhere_else(exchange):
    assert refusal("shop", publishing(exchange, "send.transactional")) == FORBIDDEN


def test_an_app_may_not_call_itself_somebody_else():
    assert refusal("shop", publishing("send", "transactional.shop.test", user_id="marketing")) == INVALID


@pytest.mark.parametrize("user", ["shop", "crm", "worker", "bridge"])
def test_only_ops_declares_and_only_queues_to_look_with(user):
    name = f"tail.{secrets.token_hex(4)}"
    assert refusal(user, lambda channel: channel.queue_declare(name, exclusive=True)) == FORBIDDEN
    assert refusal("ops", lambda channel: channel.queue_declare("spy", exclusive=True)) == FORBIDDEN
    assert refusal("ops", lambda channel: channel.queue_declare(name, exclusive=True, auto_delete=True)) is None


READERS = {
    "worker": {"send.transactional", "send.promotional"},
    "recorder": {"recorder", "consent"},
    "replay": {"dead.transactional", "dead.promotional", "unroutable"},
    "ops": {"dead.transactional", "dead.promotional", "unroutable", "archive", "alerts"},
    **{user: {user} for user in ("crm", "cdp", "archive", "alerts")},
}


@pytest.mark.parametrize("user", USERS)
def test_a_user_reads_its_own_queues_only(user):
    readable = {
        queue
        for queue in QUEUES
        if refusal(user, lambda channel, queue=queue: channel.basic_consume(queue, print)) is None
    }
    assert readable == READERS.get(user, set())


def test_ops_looks_at_the_redacted_events_and_not_at_the_clear_ones():
    def looking_at(exchange):
        def act(channel):
            queue = channel.queue_declare(f"tail.{secrets.token_hex(4)}", exclusive=True, auto_delete=True)
            channel.queue_bind(queue.method.queue, exchange, "#")

        return act

    assert refusal("ops", looking_at("events")) is None
    assert refusal("ops", looking_at("events.clear")) == FORBIDDEN


@pytest.mark.parametrize("exchange", ["events", "events.clear"])
def test_only_a_bridge_ticks(exchange):
    key = "bridge.tick.none.none.none"
    assert refusal("bridge", publishing(exchange, key)) is None
    for user in ("worker", "recorder", "shop", "ops"):
        assert refusal(user, publishing(exchange, key)) == FORBIDDEN


def test_worker_and_replay_keep_the_apps_name():
    assert refusal("worker", publishing("dead", "promotional", user_id="shop", message_id="kept")) is None
    assert refusal("replay", publishing("requeue", "promotional", user_id="shop")) is None
    assert refusal("bridge", publishing("events", "message.sent.sms.none.none", user_id="shop")) == INVALID


def test_what_no_queue_takes_is_kept_as_it_came():
    """Only who has every right can make a key that no queue takes: the apps' topic permission knows two classes."""
    mark = secrets.token_hex(8)
    assert refusal("admin", publishing("send", "urgent.shop.test", message_id=mark)) is None
    method, _, _ = taken("replay", "unroutable", wanted=lambda properties: properties.message_id == mark)
    assert (method.exchange, method.routing_key) == ("send", "urgent.shop.test")


def test_a_mandatory_message_that_no_queue_takes_comes_back():
    connection = connect("worker")
    channel = connection.channel()
    channel.confirm_delivery()
    with pytest.raises(UnroutableError):
        channel.basic_publish("delay", "transactional.9d", b"{}", mandatory=True)
    connection.close()


def test_a_delayed_message_comes_back_by_requeue_after_its_step():
    mark = secrets.token_hex(8)
    started = time.monotonic()
    delayed = publishing("delay", "transactional.5s", message_id=mark, user_id="shop", delivery_mode=2)
    assert refusal("worker", delayed) is None
    method, properties, _ = taken("worker", "send.transactional", wanted=lambda p: p.message_id == mark)
    assert 4.9 < time.monotonic() - started < 15
    assert (method.exchange, method.routing_key, properties.user_id) == ("requeue", "transactional", "shop")


def test_consent_has_one_consumer_at_a_time():
    """The second consumer gets nothing while the first lives, and everything once it is gone."""
    mark = secrets.token_hex(8)
    first, second = connect("recorder"), connect("recorder")
    got: dict[str, list] = {"first": [], "second": []}
    for name, connection in (("first", first), ("second", second)):
        channel = connection.channel()
        channel.basic_consume("consent", lambda *message, name=name: got[name].append(message[2].message_id))
        connection.process_data_events(time_limit=0.2)
    assert refusal("bridge", publishing("events", "consent.revoked.sms.none.none", message_id=mark)) is None
    deadline = time.monotonic() + 10
    while mark not in got["first"] and time.monotonic() < deadline:
        first.process_data_events(time_limit=0.2)
        second.process_data_events(time_limit=0)
    assert mark in got["first"] and mark not in got["second"]
    first.close()
    while mark not in got["second"] and time.monotonic() < deadline:
        second.process_data_events(time_limit=0.2)
    assert mark in got["second"]
    second.close()


def test_a_full_recorder_pushes_back_and_a_full_subscriber_does_not(shorten_queue):
    event = publishing("events", "link.clicked.sms.none.none", delivery_mode=2)
    shorten_queue("cdp")
    for _ in range(5):
        assert refusal("bridge", event) is None
    shorten_queue("recorder")
    with pytest.raises(NackError):
        for _ in range(5):
            refusal("bridge", event)


@pytest.fixture(name="shorten_queue")
def fixture_shorten_queue():
    """Gives a queue room for one message by a policy of higher priority, as an operator would; undone at the end."""
    broker = [os.environ["SWITCHBOARD_TEST_BROKER"], "ctl", "--name", os.environ["SWITCHBOARD_TEST_BROKER_NAME"]]
    shortened = []

    def control(*arguments: str) -> None:
        subprocess.run([*broker, *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def shorten(queue: str) -> None:
        [policy] = [
            p for p in definitions()["policies"] if p["name"] == {"recorder": "push-back", "cdp": "subscribers"}[queue]
        ]
        definition = json.dumps({**policy["definition"], "max-length": 1})
        control(
            "set_policy",
            "-p",
            "switchboard",
            "--priority",
            "99",
            "--apply-to",
            "queues",
            f"short-{queue}",
            f"^{queue}$",
            definition,
        )
        shortened.append(queue)

    yield shorten
    for queue in shortened:
        control("clear_policy", "-p", "switchboard", f"short-{queue}")
        control("purge_queue", "-p", "switchboard", queue)
