"""A stranger's app and a stranger's subscriber against the running system: they know the contract and nothing else.

Needs the whole system beside a node, as Scripts/test starts it.
"""

import json
import os
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pika import URLParameters

from contract_client import App, Delivery, Events, connect, url
from simulator_client import LANDLINE, messages_to, new_phone, reply
from topology import problems

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_BRIDGE_URL" not in os.environ, reason="no running system")


@pytest.fixture(name="shop")
def fixture_shop():
    with App("shop") as app:
        yield app


@pytest.fixture(name="marketing")
def fixture_marketing():
    with App("marketing") as app:
        yield app


@pytest.fixture(name="events")
def fixture_events():
    """Every event of the test; each is held to the schemas when the test is over."""
    with Events() as events:
        yield events
        for delivery in events.seen:
            check(delivery)


def check(delivery: Delivery) -> None:
    event, properties = delivery.event, delivery.properties
    assert problems("event", event) == [], event
    assert problems("redacted", event) == [], event["type"]
    family, name, channel, klass, app = delivery.key.split(".")
    assert event["type"] == f"switchboard.{family}.{name}.v1"
    data = delivery.data
    assert (channel, klass, app) == tuple(data.get(word, "none") for word in ("channel", "class", "app"))
    assert properties.content_type == "application/cloudevents+json; charset=UTF-8"
    assert (properties.message_id, properties.type) == (event["id"], event["type"])
    assert (properties.app_id, properties.delivery_mode) == ("switchboard", 2)


def text(to: str, **more) -> dict:
    return {"to": to, "body": "Your order A-17 has shipped", **more}


def promotion(to: str) -> dict:
    return {"to": to, "body": "Spring sale. Reply STOP to end.", "consent": {"evidence": "signup-1"}}


def dead(klass: str, message_id: str) -> bytes:
    """What was given up under this id, as it was published."""
    connection = connect("replay")
    try:
        for method, properties, body in connection.channel().consume(f"dead.{klass}", inactivity_timeout=20):
            assert method is not None, f"{message_id} is not in dead.{klass}"
            if properties.message_id == message_id:
                return body
    finally:
        connection.close()
    raise AssertionError("unreachable")


def test_a_request_is_accepted_sent_and_delivered(shop, events):
    request = text(new_phone(), metadata={"order": "A-17"}, recipient={"id": "crm-42"})
    message_id = shop.publish(request, correlation_id="c-1")
    final = events.final(message_id)
    assert final.key == "message.delivered.sms.transactional.shop"
    told = [delivery.data["status"] for delivery in events.of(message_id)]
    assert told[0] == "accepted" and {"accepted", "sent", "delivered"} <= set(told)
    for delivery in events.of(message_id):
        data = delivery.data
        assert (data["messageId"], data["purpose"]) == (message_id, "order-shipped")
        assert data["metadata"] == {"order": "A-17"} and data["correlationId"] == "c-1"
        assert data["recipient"]["id"] == "crm-42" and data["provider"]["name"] == "twilio"
    [accepted] = [delivery for delivery in events.of(message_id) if delivery.data["status"] == "accepted"]
    assert accepted.data["decision"]["outcome"] in {"allow", "warn"}
    assert (accepted.data["segments"], accepted.data["encoding"]) == (1, "GSM-7")
    assert accepted.data["provider"]["sid"] == final.data["provider"]["sid"]


def test_a_landline_is_undelivered_and_its_error_has_a_key_of_its_own(shop, events):
    message_id = shop.publish(text(LANDLINE))
    final = events.final(message_id)
    assert final.data["status"] == "undelivered"
    assert final.data["error"]["code"] == 30006 and final.data["error"]["retryable"] == "no"
    error = events.until(lambda d: d.event["subject"] == message_id and d.key.startswith("error."))
    assert error.key == "error.30006.sms.transactional.shop"


def test_who_answers_stop_is_not_written_to_again(marketing, events):
    phone = new_phone()
    first = marketing.publish(promotion(phone), klass="promotional", purpose="spring")
    delivered = events.final(first)
    assert delivered.data["status"] == "delivered", delivered.data
    reply(phone, "Stop")
    revoked = events.until(lambda d: d.key.startswith("consent.revoked."))
    assert revoked.data["recipient"]["token"] == delivered.data["recipient"]["token"]
    assert revoked.data["consent"]["keyword"] == "STOP"
    # Recorded when the recorder has consumed it, which the next tick of the bridge proves.
    tick = len(events.seen)
    events.until(lambda d: d.key.startswith("bridge.tick.") and events.seen.index(d) >= tick)
    second = marketing.publish(promotion(phone), klass="promotional", purpose="spring")
    blocked = events.final(second)
    assert blocked.key == "message.blocked.sms.promotional.marketing"
    decision = blocked.data["decision"]
    assert decision["outcome"] == "block"
    assert any(reason["rule"].startswith("opt-out") for reason in decision["reasons"])
    assert len(messages_to(phone)) == 1


def test_an_answer_arrives_with_the_conversation_that_it_answers(shop, events):
    phone = new_phone()
    message_id = shop.publish(text(phone, metadata={"order": "A-17"}))
    events.final(message_id)
    reply(phone, "When does it come?")
    inbound = events.until(lambda d: d.key.startswith("inbound.received."))
    conversation = inbound.data["conversation"]
    assert (conversation["lastMessageId"], conversation["app"]) == (message_id, "shop")
    assert conversation["metadata"] == {"order": "A-17"}


def test_help_is_told(shop, events):
    phone = new_phone()
    events.final(shop.publish(text(phone)))
    reply(phone, "help")
    events.until(lambda d: d.key.startswith("help.requested."))


def instant(**ahead) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat(timespec="seconds").replace("+00:00", "Z")


UNREADABLE = {
    "not JSON": (b"{", "request"),
    "not an object": (b"[]", "request"),
    "no recipient": ({"body": "x"}, "to"),
    "an unknown field": (text("+14155550123", boddy="x"), "boddy"),
    "a text that is a number": ({"to": "+14155550123", "body": 17}, "body"),
    "two texts": (text("+14155550123", template={"name": "x"}), "body"),
    "an unknown account": (text("+14155550123", account="nobody"), "account"),
    "a template that is not there": ({"to": "+14155550123", "template": {"name": "nobody"}}, "template"),
    "a megabyte": (text("+14155550123", metadata={"a": "x" * 1_000_000}), "request"),
    "an address in the metadata": (text("+14155550123", metadata={"phone": "+14155550123"}), "metadata"),
    "too far ahead": (text("+14155550123", sendAt=instant(days=36)), "sendAt"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_rejected_names_the_field_and_is_kept(shop, events, name):
    request, field = UNREADABLE[name]
    message_id = shop.publish(request)
    rejected = events.final(message_id)
    assert rejected.data["status"] == "rejected"
    told = json.dumps([rejected.data.get("reason"), rejected.data.get("decision", {}).get("reasons")])
    assert field in told
    assert "4155550123" not in json.dumps(rejected.event)
    kept = dead("transactional", message_id)
    assert kept == (request if isinstance(request, bytes) else json.dumps(request).encode())


@pytest.mark.parametrize("to", ["+1415CALLNOW", "14155550123", "whatsapp:14155550123", "+0123456789"])
def test_what_is_no_number_is_not_called(shop, events, to):
    blocked = events.final(shop.publish(text(to)))
    assert blocked.data["status"] == "blocked"
    assert [reason["rule"] for reason in blocked.data["decision"]["reasons"] if reason["rule"].startswith("number")]
    assert "provider" not in blocked.data


def test_a_request_without_a_message_id_is_rejected(shop, events):
    shop.publish(text(new_phone()), message_id=None)
    rejected = events.until(lambda d: d.key.startswith("message.rejected."))
    assert "message_id" in json.dumps(rejected.data)


def test_what_has_expired_is_dropped(shop, events):
    phone = new_phone()
    dropped = events.final(shop.publish(text(phone, expiresAt=instant(minutes=-1))))
    assert dropped.data["status"] == "dropped"
    assert messages_to(phone) == []


def test_the_same_request_twice_is_one_message(shop, events):
    phone = new_phone()
    message_id = shop.publish(text(phone))
    shop.publish(text(phone), message_id=message_id)
    events.final(message_id)
    # The app's next message passes the same queue, so the second copy was judged before this one is done.
    events.final(shop.publish(text(new_phone())))
    assert len(messages_to(phone)) == 1
    ids = [delivery.event["id"] for delivery in events.of(message_id) if delivery.data["status"] == "accepted"]
    assert len(set(ids)) == 1


def test_an_id_used_for_another_request_is_a_conflict_and_changes_nothing(shop, events):
    phone, other = new_phone(), new_phone()
    message_id = shop.publish(text(phone))
    assert events.final(message_id).data["status"] == "delivered"
    shop.publish(text(other), message_id=message_id)
    conflict = events.until(lambda d: d.key.startswith("request.conflict."))
    assert conflict.data["messageId"] == message_id
    assert messages_to(other) == []


def test_a_copy_by_cc_is_not_a_second_message(shop, events):
    phone = new_phone()
    message_id = shop.publish(text(phone), headers={"CC": ["promotional.shop.spring"]})
    assert events.final(message_id).key == "message.delivered.sms.transactional.shop"
    assert json.loads(dead("promotional", message_id))["to"] == phone
    assert len(messages_to(phone)) == 1


def test_headers_that_are_ours_are_not_believed_from_an_app(shop, events):
    forged = {"sb-app": "marketing", "sb-purpose": "otp", "sb-attempt": 7, "sb-reason": "x"}
    final = events.final(shop.publish(text(new_phone()), headers=forged))
    assert (final.data["app"], final.data["purpose"], final.data["attempt"]) == ("shop", "order-shipped", 1)


@pytest.mark.parametrize(("user", "clear"), [("cdp", False), ("crm", True)])
def test_a_subscriber_by_amqp_tools(shop, events, tmp_path, user, clear):
    """amqp-consume runs a command for each message; the queue was there before, with its binding and its rights."""
    parameters = URLParameters(url(user))
    secret = tmp_path / "auth"
    secret.write_text(f"username:{user}\npassword:{parameters.credentials.password}\n", encoding="utf-8")
    phone = new_phone()
    message_id = shop.publish(text(phone))
    final = events.final(message_id)
    consumer = subprocess.Popen(
        [
            *("amqp-consume", "--server", parameters.host, "--port", str(parameters.port)),
            *("--vhost", "switchboard", "--authfile", str(secret), "--queue", user, "--prefetch-count", "1"),
            *("--", "sh", "-c", "cat; echo"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in consumer.stdout:
            event = json.loads(line)
            if event["id"] == final.event["id"]:
                break
        else:
            pytest.fail("amqp-consume ended without the event")
    finally:
        consumer.terminate()
        consumer.wait(timeout=10)
        consumer.stdout.close()
    assert problems("event", event) == []
    assert event["data"]["recipient"].get("address") == (phone if clear else None)
    assert clear or phone.removeprefix("+") not in json.dumps(event)


def test_nothing_shows_an_address_where_it_may_not_stand(shop, events):
    phone = new_phone()
    mark = f"order-{secrets.token_hex(4)}"
    events.final(shop.publish({"to": phone, "body": f"Your {mark} has shipped"}))
    seen = json.dumps([delivery.event for delivery in events.seen])
    log = Path(os.environ["SWITCHBOARD_TEST_SYSTEM_LOG"]).read_text(encoding="utf-8", errors="replace")
    for text_ in (seen, log):
        assert phone not in text_ and phone.removeprefix("+") not in text_ and mark not in text_
