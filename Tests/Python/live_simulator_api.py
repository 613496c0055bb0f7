"""Twilio's own package drives the simulator: scheduling, cancelling, redacting, deleting, paging, scripted outcomes.

What every message goes through is in live_twilio.py. Needs a running simulator alone.
"""

import datetime
import http.server
import os
import queue
import secrets
import threading
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from simulator_client import SENDER, new_phone, setting, twilio_client, twilio_validator

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_SIMULATOR_URL" not in os.environ, reason="no running simulator")

SERVICE = "MG0123456789abcdef0123456789abcdef"


class Reports:
    """A web server that takes status callbacks; each must be signed."""

    def __init__(self):
        self.received: queue.Queue = queue.Queue()
        reports, validator = self, twilio_validator()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                address = f"http://{self.headers['Host']}{self.path}"
                reports.received.put((validator.validate(address, form, self.headers["X-Twilio-Signature"]), form))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told?id=a%2Bb&q=%27#rc=3&rp=all&ct=5000&rt=14000"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def until(self, status: str, sid: str) -> list[str]:
        """The statuses that were reported of a message, up to and with this one."""
        statuses: list[str] = []
        while status not in statuses:
            valid, form = self.received.get(timeout=20)
            if form["MessageSid"] == sid:
                assert valid
                statuses.append(form["MessageStatus"])
        return statuses


@pytest.fixture(name="reports")
def fixture_reports():
    reports = Reports()
    yield reports
    reports.close()


def refused(code: int, status: int, call) -> None:
    with pytest.raises(TwilioRestException) as caught:
        call()
    assert (caught.value.code, caught.value.status) == (code, status)


def test_what_was_delivered_can_be_redacted_and_deleted(reports):
    client = twilio_client()
    created = client.messages.create(to=new_phone(), from_=SENDER, body="Grüße", status_callback=reports.url)
    assert (created.status, created.date_sent, created.num_segments) == ("queued", None, "1")
    assert reports.until("delivered", created.sid) == ["sent", "delivered"]
    fetched = client.messages(created.sid).fetch()
    assert (fetched.status, fetched.body) == ("delivered", "Grüße") and fetched.date_sent.tzinfo is not None
    assert client.messages(created.sid).update(body="").body == ""
    assert client.messages(created.sid).delete()
    refused(20404, 404, lambda: client.messages(created.sid).fetch())


def test_a_landline_is_reported_with_its_error(reports):
    client = twilio_client()
    created = client.messages.create(to="+15005550106", from_=SENDER, body="x", status_callback=reports.url)
    assert reports.until("undelivered", created.sid) == ["sent", "undelivered"]
    assert client.messages(created.sid).fetch().error_code == 30006


def test_a_messaging_service_queues_before_it_sends(reports):
    created = twilio_client().messages.create(
        to=new_phone(), messaging_service_sid=SERVICE, body="x", status_callback=reports.url
    )
    assert (created.status, created.from_, created.num_segments) == ("accepted", None, "0")
    assert reports.until("delivered", created.sid) == ["queued", "sent", "delivered"]


def test_a_list_is_paged_and_filtered():
    client, phone = twilio_client(), new_phone()
    for index in range(5):
        client.messages.create(to=phone, from_=SENDER, body=str(index))
    yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    found = client.messages.list(to=phone, from_=SENDER, date_sent_after=yesterday, page_size=2)
    assert [message.body for message in found] == ["4", "3", "2", "1", "0"]
    today = datetime.datetime.now(datetime.timezone.utc).date()
    assert len(client.messages.list(to=phone, date_sent=today)) == 5
    assert client.messages.list(to=phone, date_sent_before=yesterday) == []


def test_a_scheduled_message_can_be_canceled_once(reports):
    client = twilio_client()
    created = client.messages.create(
        to=new_phone(),
        messaging_service_sid=SERVICE,
        body="x",
        schedule_type="fixed",
        send_at=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1),
        status_callback=reports.url,
    )
    assert created.status == "scheduled"
    assert client.messages(created.sid).update(status="canceled").status == "canceled"
    assert reports.until("canceled", created.sid) == ["canceled"]
    refused(30409, 409, lambda: client.messages(created.sid).update(status="canceled"))


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        (21602, {"to": "+14155550123", "from_": SENDER}),
        (21603, {"to": "+14155550123", "body": "x"}),
        (21617, {"to": "+14155550123", "from_": SENDER, "body": "x" * 1601}),
        (21610, {"to": "+15005550110", "from_": SENDER, "body": "x"}),
        (21211, {"to": "+15005550111", "from_": SENDER, "body": "x"}),
    ],
)
def test_what_twilio_refuses_is_refused(code, parameters):
    refused(code, 400, lambda: twilio_client().messages.create(**parameters))


def test_a_server_error_says_nothing_about_the_message():
    client, run = twilio_client(), secrets.token_hex(8)
    for phone, taken in (("+15005550120", False), ("+15005550121", True)):
        refused(20500, 500, lambda: client.messages.create(to=phone, from_=SENDER, body=run))
        assert (run in [message.body for message in client.messages.list(to=phone)]) == taken


def test_a_number_can_be_given_an_outcome():
    client, phone = twilio_client(), new_phone()
    outcomes = setting("SIMULATOR_URL") + "/simulator/outcomes"
    programmed = requests.post(outcomes, json={"number": phone, "outcome": "rate-limited-once"}, timeout=10)
    assert programmed.status_code == 204
    refused(20429, 429, lambda: client.messages.create(to=phone, from_=SENDER, body="x"))
    assert client.messages.create(to=phone, from_=SENDER, body="x").status == "queued"
    unknown = requests.post(outcomes, json={"number": phone, "outcome": "lost"}, timeout=10)
    assert unknown.status_code == 400 and "rate-limited-once" in unknown.json()["error"]["message"]
