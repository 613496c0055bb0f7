"""Twilio's own package as the other side: it signs what the bridge checks, and it drives the simulator.

Needs the whole system beside a node, as Scripts/test starts it.
"""

import hashlib
import http.server
import json
import os
import queue
import secrets
import threading
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from contract_client import Events
from simulator_client import LANDLINE, SENDER, new_phone, setting, twilio_client, twilio_validator
from topology import problems

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_BRIDGE_URL" not in os.environ, reason="no running system")


@pytest.fixture(name="events")
def fixture_events():
    with Events() as events:
        yield events
        for delivery in events.seen:
            assert problems("event", delivery.event) == []
            assert problems("redacted", delivery.event) == []


def sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def form(path: str, parameters: dict, *, signature: str | bytes | None = "", **keywords) -> requests.Response:
    """Posts a form as Twilio does; signed by Twilio's package unless another signature, or None, is given."""
    address = setting("BRIDGE_URL") + path
    if signature == "":
        signature = twilio_validator().compute_signature(address, parameters)
    headers = {"X-Twilio-Signature": signature} if signature is not None else {}
    return requests.post(address, data=parameters, headers=headers, timeout=10, **keywords)


def status(**more) -> dict:
    message = sid("SM")
    return {
        "AccountSid": setting("ACCOUNT_SID"),
        "MessageSid": message,
        "SmsSid": message,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "From": SENDER,
        "To": new_phone(),
        "ApiVersion": "2010-04-01",
        **more,
    }


def inbound(body: str, **more) -> dict:
    message = sid("SM")
    return {
        "AccountSid": setting("ACCOUNT_SID"),
        "MessageSid": message,
        "SmsSid": message,
        "SmsMessageSid": message,
        "From": new_phone(),
        "To": SENDER,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        **more,
    }


def test_a_status_that_twilios_package_signed_becomes_an_event(events):
    callback = status(ErrorCode="30003", MessageStatus="undelivered", Empty="")
    assert form("/twilio/status", callback).status_code == 204
    event = events.until(lambda d: d.data.get("provider", {}).get("sid") == callback["MessageSid"])
    assert event.data["status"] == "undelivered" and event.data["error"]["code"] == 30003


def test_the_query_belongs_to_what_is_signed(events):
    message_id = f"t-{secrets.token_hex(4)}"
    path = f"/twilio/status?id={message_id}&app=shop&class=promotional&purpose=spring&account=default&m.a=b%20c"
    assert form(path, status()).status_code == 204
    event = events.until(lambda d: d.event["subject"] == message_id)
    assert event.key == "message.delivered.sms.promotional.shop"
    signed_without = twilio_validator().compute_signature(f"{setting('BRIDGE_URL')}/twilio/status", status())
    assert form(path, status(), signature=signed_without).status_code == 403


@pytest.mark.parametrize("path", ["/twilio/status", "/twilio/inbound", "/twilio/callbacks/studio"])
@pytest.mark.parametrize(
    "signature", [None, "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "é"], ids=["none", "x", "wrong", "bytes"]
)
def test_a_bad_signature_is_refused(path, signature):
    headers_value = signature.encode() if signature == "é" else signature
    assert form(path, status(Body="STOP"), signature=headers_value).status_code == 403


def test_another_accounts_callback_is_refused():
    assert form("/twilio/status", status(AccountSid=sid("AC"))).status_code == 403


def test_a_changed_parameter_is_refused():
    callback = status()
    signature = twilio_validator().compute_signature(f"{setting('BRIDGE_URL')}/twilio/status", callback)
    changed = {**callback, "MessageStatus": "failed"}
    assert form("/twilio/status", changed, signature=signature).status_code == 403


def test_an_answer_gets_an_empty_response(events):
    message = inbound("Hello there")
    answer = form("/twilio/inbound", message)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/xml")
    assert answer.text.strip().endswith("<Response/>")
    event = events.until(lambda d: d.event["subject"] == message["MessageSid"])
    assert event.key.startswith("inbound.received.")


@pytest.mark.parametrize(
    ("word", "name"), [("STOP", "consent.revoked"), (" stopall ", "consent.revoked"), ("HELP", "help.requested")]
)
def test_a_keyword_is_understood(events, word, name):
    message = inbound(word)
    assert form("/twilio/inbound", message).status_code == 200
    events.until(lambda d: d.event["subject"] == message["MessageSid"] and d.key.startswith(f"{name}."))


def signed_json(path: str, body: bytes, *, digest: str | None = None, kind: str = "application/json"):
    digest = digest or hashlib.sha256(body).hexdigest()
    address = f"{setting('BRIDGE_URL')}{path}?bodySHA256={digest}"
    signature = twilio_validator().compute_signature(address, {})
    headers = {"X-Twilio-Signature": signature, "Content-Type": kind}
    return requests.post(address, data=body, headers=headers, timeout=10)


def test_a_json_callback_becomes_an_event(events):
    body = json.dumps({"AccountSid": setting("ACCOUNT_SID"), "EventType": "flow-ended"}).encode()
    assert signed_json("/twilio/callbacks/studio", body).status_code == 204
    events.until(lambda d: d.key.startswith("callback.studio."))


def test_a_json_callback_with_another_body_is_refused():
    assert signed_json("/twilio/callbacks/studio", b"{}", digest="0" * 64).status_code == 403


def test_what_is_too_large_is_refused():
    assert form("/twilio/status", status(Body="x" * 1_000_000)).status_code == 413


def test_a_content_type_that_the_path_does_not_take_is_refused():
    assert signed_json("/twilio/status", b"{}").status_code == 415
    assert signed_json("/twilio/inbound", b"<x/>", kind="text/xml").status_code == 415


def test_a_query_of_garbage_does_not_hurt():
    for query in ("?%", "?id=%FF%FE", "?=&=&&&", "?id=" + "x" * 5000, "?class=urgent&app=../../etc"):
        assert form(f"/twilio/status{query}", status(), signature="x").status_code in {400, 403, 414}
    assert form("/twilio/status", status()).status_code == 204


# Twilio's package against the simulator


def test_twilios_package_sends_fetches_and_lists():
    client, phone = twilio_client(), new_phone()
    created = client.messages.create(to=phone, from_=SENDER, body="Hello")
    assert created.sid.startswith("SM") and created.error_code is None and created.direction == "outbound-api"
    assert client.messages(created.sid).fetch().body == "Hello"
    assert [message.sid for message in client.messages.list(to=phone)] == [created.sid]


@pytest.mark.parametrize(
    ("to", "from_", "code"),
    [
        ("+15005550001", SENDER, 21211),
        ("+15005550002", SENDER, 21612),
        ("+15005550003", SENDER, 21408),
        ("+15005550004", SENDER, 21610),
        ("+15005550009", SENDER, 21614),
        ("+14155550123", "+15005550001", 21212),
        ("+14155550123", "+15005550007", 21606),
        ("+14155550123", "+15005550008", 21611),
    ],
)
def test_the_magic_numbers_are_twilios(to, from_, code):
    with pytest.raises(TwilioRestException) as caught:
        twilio_client().messages.create(to=to, from_=from_, body="Hello")
    assert caught.value.code == code and caught.value.status == 400


def test_a_wrong_token_is_refused_as_twilio_does():
    client = twilio_client()
    client.auth = (setting("ACCOUNT_SID"), "0" * 32)
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=new_phone(), from_=SENDER, body="Hello")
    assert (caught.value.code, caught.value.status) == (20003, 401)


@pytest.fixture(name="receiver")
def fixture_receiver():
    """A web server that keeps what it is told: (address, signature, parameters)."""
    told: queue.Queue = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            address = f"http://{self.headers['Host']}{self.path}"
            parameters = dict(parse_qsl(body, keep_blank_values=True))
            told.put((address, self.headers.get("X-Twilio-Signature"), parameters))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/told?id=1&name=a%20b", told
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_simulators_callbacks_pass_the_check_of_twilios_package(receiver):
    address, told = receiver
    created = twilio_client().messages.create(to=LANDLINE, from_=SENDER, body="Hello", status_callback=address)
    while True:
        url, signature, parameters = told.get(timeout=30)
        assert twilio_validator().validate(url, parameters, signature)
        assert parameters["MessageSid"] == created.sid
        if parameters["MessageStatus"] == "undelivered":
            assert parameters["ErrorCode"] == "30006"
            return
