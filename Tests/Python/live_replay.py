"""What was given up, looked at and given back by `switchboard replay`, as an operator does it.

Needs the whole system beside a node, as Scripts/test starts it.
"""

import json
import os
import secrets
import signal
import subprocess
import time

import pika
import pytest

from contract_client import App, Events, connect
from simulator_client import LANDLINE, messages_to, new_phone, program

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_BRIDGE_URL" not in os.environ, reason="no running system")

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")


@pytest.fixture(name="shop")
def fixture_shop():
    with App("shop") as app:
        yield app


@pytest.fixture(name="events")
def fixture_events():
    with Events("message.#") as events:
        yield events


@pytest.fixture(autouse=True, scope="module")
def fixture_empty():
    """What other tests left behind is looked at by every listing; the thousands of these should burden nobody."""
    dead = ("dead.transactional", "dead.promotional", "unroutable")

    def purge(*queues: str) -> None:
        connection = connect("admin")
        for queue in queues:
            connection.channel().queue_purge(queue)
        connection.close()

    purge(*dead)
    yield
    purge(*dead, "crm", "cdp", "archive", "alerts")


def environment(user: str = "replay") -> dict:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SWITCHBOARD_")}
    return {**kept, "SWITCHBOARD_AMQP_URL": os.environ[f"SWITCHBOARD_TEST_{user.upper()}_AMQP_URL"]}


def replay(*arguments: str, user: str = "replay", **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BINARY, "replay", *arguments],
        env=environment(user),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def listed(*arguments: str) -> list[dict]:
    done = replay("list", "--json", "--limit", "100000", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def unused_id() -> str:
    return f"r-{secrets.token_hex(8)}"


def refused(shop, events) -> tuple[str, str]:
    """A message that the provider refused, and stands in dead.transactional: its id and recipient."""
    phone = new_phone()
    program(phone, "invalid-number")
    message_id = shop.publish({"to": phone, "body": "Your order A-17 has shipped"})
    assert events.final(message_id).data["status"] == "refused"
    until_listed(message_id)
    return message_id, phone


def until_listed(message_id: str, count: int = 1) -> list[dict]:
    """The event is published before the message is kept."""
    deadline = time.monotonic() + 20
    while len(found := listed("--id", message_id)) < count:
        assert time.monotonic() < deadline, f"{message_id} is not there"
    return found


def test_a_refused_message_is_listed_shown_corrected_and_given_back(shop, events):
    message_id, phone = refused(shop, events)
    [entry] = listed("--id", message_id)
    assert entry["queue"] == "dead.transactional" and entry["reason"] == "refused:21211"
    assert (entry["app"], entry["purpose"], entry["attempts"]) == ("shop", "order-shipped", 1)
    assert (entry["exchange"], entry["routingKey"]) == ("send", "transactional.shop.order-shipped")
    assert "body" not in entry
    lines = replay("list", "--reason", "refused:2*", "--app", "shop", "--newer-than", "1h")
    assert lines.returncode == 0 and message_id in lines.stdout and phone not in lines.stdout
    shown = replay("show", message_id)
    assert shown.returncode == 0 and phone not in shown.stdout and "refused:21211" in shown.stdout
    assert phone in replay("show", "--clear", message_id).stdout

    dry = replay("run", "--id", message_id, "--dry-run")
    assert dry.returncode == 0 and "1 would be given back" in dry.stdout
    unconfirmed = replay("run", "--id", message_id)
    assert unconfirmed.returncode == 1 and "nothing was given back" in unconfirmed.stderr
    assert len(listed("--id", message_id)) == 1 and messages_to(phone) == []

    program(phone, "delivered")
    done = replay("run", "--id", message_id, "--yes")
    assert done.returncode == 0, done.stderr
    assert "given back: 1 of 1" in done.stdout
    delivered = events.until(lambda d: d.event["subject"] == message_id and d.data["status"] == "delivered")
    assert delivered.data["attempt"] == 2
    assert len(messages_to(phone)) == 1
    assert listed("--id", message_id) == []


def test_an_app_that_repeats_what_was_refused_sends_nothing(shop, events):
    message_id, phone = refused(shop, events)
    program(phone, "delivered")
    request = {"to": phone, "body": "Your order A-17 has shipped"}
    forged = {"sb-app": "shop", "sb-purpose": "order-shipped", "sb-reason": "replay"}
    before = len(events.of(message_id))
    shop.publish(request, message_id=message_id, headers=forged)
    events.until(lambda d: len(events.of(message_id)) > before)
    # The app's next message passes the same queue, so the repeat was judged before this one is done.
    events.final(shop.publish({"to": LANDLINE, "body": "x"}))
    assert messages_to(phone) == []


def test_what_cannot_be_read_is_rejected_and_kept_again(shop, events):
    message_id = shop.publish(b"{")
    events.final(message_id)
    until_listed(message_id)
    done = replay("run", "--id", message_id, "--yes")
    assert done.returncode == 0, done.stderr
    [entry] = until_listed(message_id)
    assert entry["reason"] == "rejected:request"
    assert entry["routingKey"] == "transactional.shop.order-shipped"


def test_what_the_broker_gave_up_is_understood_and_given_back(events):
    """A queue with a delivery limit of its own stands in for send.transactional, which the worker would empty."""
    phone, message_id = new_phone(), unused_id()
    connection = connect("admin")
    channel = connection.channel()
    channel.confirm_delivery()
    queue = f"poison.{secrets.token_hex(4)}"
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 1}
    arguments |= {"x-dead-letter-exchange": "dead", "x-dead-letter-routing-key": "transactional"}
    channel.queue_declare(queue, durable=True, arguments=arguments)
    try:
        channel.queue_bind(queue, "send", "poison.test-admin.otp")
        forged = {"sb-app": "bank", "sb-purpose": "x", "sb-reason": "forged", "CC": [], "x-delivery-count": 7}
        properties = pika.BasicProperties(
            message_id=message_id,
            user_id="test-admin",
            content_type="application/json",
            delivery_mode=2,
            headers=forged,
        )
        request = json.dumps({"to": phone, "body": "Your code is on its way"}).encode()
        channel.basic_publish("send", "poison.test-admin.otp", request, properties, mandatory=True)
        deliveries = 0
        for method, _, _ in channel.consume(queue, inactivity_timeout=20):
            assert method is not None
            deliveries += 1
            channel.basic_nack(method.delivery_tag, requeue=True)
            if deliveries == 2:
                break
        [entry] = until_listed(message_id)
    finally:
        channel.queue_delete(queue)
        connection.close()
    assert (entry["reason"], entry["app"], entry["purpose"]) == ("delivery-limit", "test-admin", "otp")
    assert entry["routingKey"] == "poison.test-admin.otp" and entry["diedAt"] is not None
    done = replay("run", "--id", message_id, "--yes")
    assert done.returncode == 0, done.stderr
    assert events.final(message_id).data["status"] == "delivered"
    assert len(messages_to(phone)) == 1


def bury(message_id: str, request: dict, headers: dict, user: str = "shop") -> None:
    """Puts a message into dead.transactional as the worker's user may."""
    connection = connect("worker")
    channel = connection.channel()
    channel.confirm_delivery()
    properties = pika.BasicProperties(
        message_id=message_id, user_id=user, content_type="application/json", delivery_mode=2, headers=headers
    )
    channel.basic_publish("dead", "transactional", json.dumps(request).encode(), properties, mandatory=True)
    connection.close()


def test_nobody_becomes_another_app_and_the_message_stays(events):
    message_id = unused_id()
    headers = {"sb-app": "shop", "sb-purpose": "otp", "sb-reason": "abandoned", "sb-exchange": "send"}
    headers["sb-routing-key"] = "transactional.shop.otp"
    bury(message_id, {"to": new_phone(), "body": "x"}, headers, user="marketing")
    done = replay("run", "--id", message_id, "--yes")
    assert done.returncode == 1
    assert "the routing key names another app than user_id" in done.stderr
    assert len(listed("--id", message_id)) == 1


def test_what_no_queue_took_is_given_back_to_a_class_that_is_named(events):
    # An app may publish no such key; the administrator may.
    phone, message_id = new_phone(), unused_id()
    connection = connect("admin")
    channel = connection.channel()
    channel.confirm_delivery()
    properties = pika.BasicProperties(message_id=message_id, content_type="application/json", delivery_mode=2)
    channel.basic_publish("send", "urgent.test-admin.otp", json.dumps({"to": phone, "body": "x"}).encode(), properties)
    connection.close()
    [entry] = until_listed(message_id)
    assert (entry["queue"], entry["reason"]) == ("unroutable", "unroutable")
    done = replay("run", "--id", message_id, "--as-class", "transactional", "--yes")
    assert done.returncode == 1 and "user_id is missing" in done.stderr
    assert len(listed("--id", message_id)) == 1


def many(count: int, prefix: str, reason: str) -> list[str]:
    """Requests that cannot be read, given up long ago: given back, each is rejected once more."""
    ids = [f"{prefix}-{number:05}" for number in range(count)]
    connection = connect("worker")
    channel = connection.channel()
    channel.confirm_delivery()
    for message_id in ids:
        headers = {"sb-app": "shop", "sb-purpose": "otp", "sb-reason": reason, "sb-dead-at": "2020-01-01T00:00:00Z"}
        headers |= {"sb-exchange": "send", "sb-routing-key": "transactional.shop.otp"}
        properties = pika.BasicProperties(message_id=message_id, user_id="shop", delivery_mode=2, headers=headers)
        channel.basic_publish("dead", "transactional", b"{", properties, mandatory=True)
    connection.close()
    return ids


def test_what_does_not_match_stays_in_its_order():
    prefix = unused_id()
    ids = many(300, prefix, "kept:test")
    other = many(100, f"{prefix}-other", "given:test")
    more = many(300, f"{prefix}-z", "kept:test")
    for _ in range(2):
        assert [entry["messageId"] for entry in listed("--reason", "kept:test")] == ids + more
    done = replay("run", "--reason", "given:test", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"given back: {len(other)} of {len(other)}" in done.stdout
    assert [entry["messageId"] for entry in listed("--reason", "kept:test")] == ids + more
    assert listed("--reason", "given:test") == []
    assert replay("run", "--reason", "kept:test", "--limit", "600", "--yes").returncode == 0


def interrupted(reason: str, after: int, how: signal.Signals, events) -> subprocess.Popen:
    """A replay that is stopped when that many of its messages have been rejected once more."""
    running = subprocess.Popen(
        [BINARY, "replay", "run", "--reason", reason, "--yes"],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen = set()

    def enough(delivery) -> bool:
        if delivery.event["subject"].startswith(reason.removesuffix(":test")):
            seen.add(delivery.event["subject"])
        return len(seen) >= after

    events.until(enough)
    running.send_signal(how)
    running.communicate(timeout=60)
    return running


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_in_the_middle_it_loses_nothing_and_can_be_run_again(events, how):
    prefix = unused_id()
    ids = many(1500, prefix, f"{prefix}:test")
    running = interrupted(f"{prefix}:test", 50, how, events)
    assert running.returncode == (-how if how == signal.SIGKILL else 1)
    rest = [entry["messageId"] for entry in listed("--reason", f"{prefix}:test")]
    assert 0 < len(rest) < len(ids), "it was not interrupted in the middle"
    # What is left is the end of the queue, in its order.
    assert rest == ids[-len(rest) :]
    done = replay("run", "--reason", f"{prefix}:test", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"given back: {len(rest)} of {len(rest)}" in done.stdout
    missing = set(ids)

    def told(delivery) -> bool:
        missing.discard(delivery.event["subject"])
        return not missing

    events.until(told, 60)
    # Each was given back once, but for at most the one that the kill left in both places.
    again = [entry["messageId"] for entry in listed("--reason", "rejected:") if entry["messageId"].startswith(prefix)]
    assert set(again) <= set(ids)
    assert len(again) <= len(ids) + (1 if how == signal.SIGKILL else 0)


def test_a_message_that_a_kill_left_in_both_places_is_sent_once(shop, events):
    messages = [refused(shop, events) for _ in range(10)]
    for message_id, phone in messages:
        program(phone, "delivered")
        headers = {"sb-app": "shop", "sb-purpose": "order-shipped", "sb-reason": "refused:21211", "sb-exchange": "send"}
        headers["sb-routing-key"] = "transactional.shop.order-shipped"
        bury(message_id, {"to": phone, "body": "Your order A-17 has shipped"}, headers)
        until_listed(message_id, 2)
    done = replay("run", "--yes", *[argument for message_id, _ in messages for argument in ("--id", message_id)])
    assert done.returncode == 0 and "given back: 20 of 20" in done.stdout, done.stderr
    for message_id, phone in messages:
        events.until(lambda d, sought=message_id: d.event["subject"] == sought and d.data["status"] == "delivered")
        assert len(messages_to(phone)) == 1
        assert listed("--id", message_id) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "--older-than", "soon"], 64),
        (["list", "--class", "urgent"], 64),
        (["list", "--clear"], 64),
        (["run", "--limit", "0"], 64),
        (["show"], 64),
        (["show", "nobody"], 1),
    ],
)
def test_wrong_usage_has_its_exit_code(arguments, code):
    assert replay(*arguments).returncode == code


def test_a_missing_setting_and_a_broker_that_is_away_have_their_exit_codes():
    for url, code in (("", 78), ("http://x", 78), ("amqp://replay:x@127.0.0.1:1/switchboard", 1)):
        done = subprocess.run(
            [BINARY, "replay"],
            env={**environment(), "SWITCHBOARD_AMQP_URL": url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_who_may_only_look_cannot_give_back(shop, events):
    message_id, _ = refused(shop, events)
    assert replay("list", user="ops").returncode == 0
    done = replay("run", "--id", message_id, "--yes", user="ops")
    assert done.returncode == 1 and "accessRefused" in done.stderr
    assert len(listed("--id", message_id)) == 1
