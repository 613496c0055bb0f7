"""What is kept of a person: shown, erased, noted in the audit log; and nothing of them where nothing may stand.

Needs the whole system beside a node, as Scripts/test starts it.
"""

import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests

from contract_client import App, Events, connect
from simulator_client import SENDER, messages_to, new_phone, program, reply, setting

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_SYSTEM_FOLDER" not in os.environ, reason="no running system")

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")
FOLDER = Path(os.environ.get("SWITCHBOARD_TEST_SYSTEM_FOLDER", "."))


@pytest.fixture(name="shop")
def fixture_shop():
    with App("shop") as app:
        yield app


@pytest.fixture(name="events")
def fixture_events():
    with Events("#") as events:
        yield events


def command(*words: str, given: str = "") -> subprocess.CompletedProcess:
    """A command of an operator, beside the running system."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SWITCHBOARD_", "TWILIO_"))}
    return subprocess.run(
        [BINARY, *words],
        env=kept
        | {
            "SWITCHBOARD_MODE": "development",
            "SWITCHBOARD_AMQP_URL": os.environ["SWITCHBOARD_TEST_OPS_AMQP_URL"],
            "SWITCHBOARD_LEDGER_URL": f"sqlite:{FOLDER}/ledger.sqlite",
        },
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def exported(phone: str) -> list[dict]:
    done = command("privacy", "export", "-", given=phone)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_number_that_has_changed_hands_gets_no_promotion_until_its_owner_says_yes(events):
    phone = new_phone()
    sale = {"to": phone, "body": "Spring sale. Reply STOP to end.", "consent": {"evidence": "signup-1"}}

    def outcome(answer: str | None) -> tuple[str, list[dict]]:
        if answer:
            asked = f"number,date,answer,at\n{phone},20260301,{answer},{datetime.now(UTC).isoformat()}\n"
            done = command("consent", "reassigned", "-", given=asked)
            assert done.returncode == 0 and done.stdout.startswith("1 recorded"), done.stderr
        with App("marketing") as marketing:
            sent = marketing.publish(sale, klass="promotional", purpose="spring")
        # Until the bridge's first tick it is put off.
        judged = events.until(
            lambda d: d.event["subject"] == sent and "decision" in d.data and d.data["status"] != "deferred"
        )
        reasons = judged.data["decision"]["reasons"]
        return judged.data["status"], [reason for reason in reasons if reason["rule"] == "consent.reassigned"]

    assert outcome(None) == ("accepted", [])
    assert outcome("no") == ("accepted", [])
    status, reasons = outcome("no data")
    assert status == "accepted" and [reason["effect"] for reason in reasons] == ["warn"]
    status, reasons = outcome("yes")
    assert status == "blocked" and [reason["effect"] for reason in reasons] == ["block"]
    assert len(messages_to(phone)) == 3
    granted = ["--program", SENDER, "--evidence", "form-1"]
    assert command("consent", "grant", phone, *granted).returncode == 0
    assert outcome(None)[0] == "accepted"
    records = [record for record in exported(phone) if record["record"] == "reassigned"]
    assert [record["answer"] for record in records] == ["no-data", "yes"]
    assert all(record["consentAt"] == "2026-03-01T00:00:00.000Z" for record in records)


def until_recorded(phone: str, message_id: str) -> list[dict]:
    """The event is published before the recorder has noted it."""
    deadline = time.monotonic() + 30
    while True:
        records = exported(phone)
        for record in records:
            if record["record"] == "message" and record["message"]["messageId"] == message_id:
                if "finalAt" in record["message"]:
                    return records
        assert time.monotonic() < deadline, f"{message_id} has not ended in the ledger"
        time.sleep(0.1)


def of(records: list[dict], kind: str) -> list[dict]:
    return [record for record in records if record["record"] == kind]


def test_what_is_kept_of_a_person_is_shown_and_erased_but_for_their_no(shop, events):
    phone, other = new_phone(), new_phone()
    sent = shop.publish({"to": phone, "body": "Your order A-17 has shipped", "metadata": {"order": "A-17"}})
    others = shop.publish({"to": other, "body": "Your order B-18 has shipped"})
    for message_id in (sent, others):
        assert events.final(message_id).data["status"] == "delivered"
    reply(phone, "STOP")
    events.until(lambda d: d.key.startswith("consent.revoked."))
    program(other, "invalid-number")
    refused = shop.publish({"to": other, "body": "Your order B-19 has shipped"})
    assert events.final(refused).data["status"] == "refused"

    records = until_recorded(phone, sent)
    [person] = of(records, "person")
    assert person["address"] == phone and person["recipientId"].startswith("ph_")
    [message] = of(records, "message")
    assert message["message"]["status"] == "delivered" and message["message"]["sid"].startswith("SM")
    [conversation] = of(records, "conversation")
    assert conversation["metadata"] == {"order": "A-17"} and conversation["messageId"] == sent
    assert {word["word"]["kind"] for word in of(records, "word")} == {"revoked"}
    subjects = {json.loads(record["event"])["subject"] for record in of(records, "archived-event")}
    assert sent in subjects and others not in subjects

    done = command("privacy", "erase", "-", "--yes", "--reason", "ticket-7", given=phone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 now without a recipient" in done.stdout and "kept: nobody writes" in done.stdout
    assert phone not in done.stdout + done.stderr
    records = exported(phone)
    assert not of(records, "message") and not of(records, "conversation") and not of(records, "archived-event")
    assert {word["word"]["kind"] for word in of(records, "word")} == {"revoked"}

    # The no outlives it, and the app's repeat is still the same message.
    before = len(messages_to(phone))
    again = shop.publish({"to": phone, "body": "Your order A-17 has shipped", "metadata": {"order": "A-17"}}, message_id=sent)
    spring = shop.publish({"to": phone, "body": "Acme: spring sale. Reply STOP to opt out"}, purpose="newsletter")
    assert events.final(spring).data["status"] == "blocked"
    assert again == sent and len(messages_to(phone)) == before

    # The other person's are all there, also the one that was given up.
    records = until_recorded(other, refused)
    assert {record["message"]["messageId"] for record in of(records, "message")} == {others, refused}
    deadline = time.monotonic() + 20
    while not (letters := of(exported(other), "dead-letter")):
        assert time.monotonic() < deadline, "it was not kept"
    assert json.loads(letters[0]["message"]["request"])["to"] == other
    assert command("privacy", "erase", other, "--yes").returncode == 0
    # Who asked is kept.
    assert {record["record"] for record in exported(other)} == {"person", "audit"}


def test_without_the_broker_it_says_so_and_does_the_rest(shop, events):
    phone = new_phone()
    sent = shop.publish({"to": phone, "body": "Your order A-17 has shipped"})
    events.final(sent)
    until_recorded(phone, sent)
    done = command("privacy", "export", phone, "--without-broker")
    assert done.returncode == 0
    assert not of([json.loads(line) for line in done.stdout.splitlines()], "archived-event")
    for words in (["export", "+1"], ["export", "nobody"], ["erase", "-"], ["erase", phone, "--reason", phone]):
        assert command("privacy", *words).returncode == 64, words
    unconfirmed = command("privacy", "erase", phone, given="n\n")
    assert unconfirmed.returncode == 1 and "nothing was erased" in unconfirmed.stderr
    assert phone not in unconfirmed.stderr
    assert of(exported(phone), "message")


def test_the_audit_log_tells_who_did_what_and_shows_what_was_changed():
    phone = new_phone()
    assert command("consent", "revoke", phone, "--everything", "--evidence", "ticket-8").returncode == 0
    entries = [json.loads(line) for line in command("audit", "list").stdout.splitlines()]
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    last = entries[-1]["record"]
    assert (last["action"], last["reason"]) == ("consent.revoke", "ticket-8")
    assert last["subject"].startswith("ph_") and last["details"]["program"] == "*" and "@" in last["actor"]
    actions = {entry["record"]["action"] for entry in entries}
    assert {"privacy.export", "privacy.erase.begun", "privacy.erase"} <= actions
    assert phone not in command("audit", "list").stdout

    verified = command("audit", "verify", "--contains", entries[0]["digest"])
    assert verified.returncode == 0, verified.stderr
    assert f"last digest {entries[-1]['digest']}" in verified.stdout
    missing = command("audit", "verify", "--contains", "0" * 64)
    assert missing.returncode == 1 and "cut off" in missing.stderr

    def ledger(sql: str) -> None:
        connection = sqlite3.connect(FOLDER / "ledger.sqlite", timeout=30)
        connection.executescript(sql)
        connection.close()

    ledger("CREATE TABLE kept AS SELECT * FROM audit; UPDATE audit SET record = X'7B7D' WHERE number = 2")
    try:
        changed = command("audit", "verify")
        assert changed.returncode == 1 and "entry 2:" in changed.stderr
        ledger("DELETE FROM audit WHERE number = 2")
        assert "entry 2 before it is missing" in command("audit", "verify").stderr
    finally:
        ledger("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept")
    assert command("audit", "verify").returncode == 0


def passwords() -> list[str]:
    urls = [value for name, value in os.environ.items() if name.startswith("SWITCHBOARD_TEST_") and "AMQP" in name]
    found = {unquote(password) for url in urls if (password := urlsplit(url).password)}
    return sorted(found) + [setting("AUTH_TOKEN")]


def written() -> dict[str, bytes]:
    """All files of the system but those that are there to hold a secret; the broker's own hold the requests."""
    files = [*FOLDER.glob("*"), *FOLDER.glob("ledger.sqlite.spool/*"), Path(setting("SYSTEM_LOG"))]
    files = [path for path in files if path.is_file()]
    secret = ("token-keys", "account", "passwords")
    return {str(path): path.read_bytes() for path in files if not any(word in path.name for word in secret)}


def archived() -> list[bytes]:
    """What stands in the archive's queue; it stays there."""
    connection = connect("ops")
    channel = connection.channel()
    bodies = []
    while (got := channel.basic_get("archive"))[0]:
        bodies.append(got[2])
    connection.close()
    return bodies


def test_no_planted_number_text_code_or_secret_is_written_anywhere(shop, events):
    phone, bad, foreign = new_phone(), new_phone(), "+" + str(442071838000 + secrets.randbelow(900) + 100)
    word = f"Canaria{secrets.token_hex(6)}"
    code = str(secrets.randbelow(9 * 10**8) + 10**8)
    program(bad, "invalid-number")
    planted = [
        shop.publish({"to": phone, "body": f"Dear {word}, your order has shipped to {word} Street"}),
        shop.publish({"to": phone, "body": f"Acme: your code is {code}"}, purpose="otp-login"),
        shop.publish({"to": bad, "body": f"Dear {word}"}),
        shop.publish({"to": foreign, "body": f"Dear {word}"}),
        shop.publish({"to": f"whatsapp:{phone}", "body": f"Dear {word}"}),
        shop.publish({"to": phone, "body": f"Dear {word}, card 4111 1111 1111 1111"}),
        shop.publish({"to": f"{phone}x", "body": word}),
        shop.publish({"to": phone, "body": word, "unknown": word}),
        shop.publish(f'{{"to": "{phone}", "body": "{word}"'.encode()),
    ]
    for message_id in planted:
        events.final(message_id)
    card = events.final(planted[5]).data
    assert card["status"] == "blocked" and "content.pan" in {reason["rule"] for reason in card["decision"]["reasons"]}
    reply(phone, f"{word} here, call me at {phone}, code {code}")
    events.until(lambda d: d.key.startswith("inbound."))
    # To the bridge, by somebody who has no signature.
    requests.post(
        f"{setting('BRIDGE_URL')}/webhooks/inbound", data={"From": phone, "To": SENDER, "Body": word}, timeout=10
    )
    until_recorded(phone, planted[0])

    wanted = [phone[1:], bad[1:], foreign[1:], word, code, "4111 1111", *passwords()]
    places = written()
    assert any("ledger.sqlite" in name for name in places) and len(places[setting("SYSTEM_LOG")]) > 0
    places |= {f"event {delivery.key}": json.dumps(delivery.event).encode() for delivery in events.seen}
    places |= {f"archived {number}": body for number, body in enumerate(archived())}
    leaks = [(name, trace) for name, content in places.items() for trace in wanted if trace.encode() in content]
    assert not leaks
    assert len(events.seen) > len(planted)


def test_a_crash_tells_no_secret(tmp_path: Path):
    """What the runtime prints of a process that dies, with what stood in its memory."""
    with socket.create_server(("127.0.0.1", 0)) as finder:
        admin = f"127.0.0.1:{finder.getsockname()[1]}"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SWITCHBOARD_", "TWILIO_"))}
    password, token = secrets.token_hex(12), secrets.token_hex(16)
    account = "AC" + secrets.token_hex(16)
    log = tmp_path / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [BINARY, "run", "worker"],
            env=kept
            | {
                "SWIFT_BACKTRACE": "enable=yes,symbolicate=off,registers=all",
                "SWITCHBOARD_MODE": "development",
                "SWITCHBOARD_AMQP_URL": f"amqp://worker:{password}@127.0.0.1:1/switchboard",
                "SWITCHBOARD_LEDGER_URL": f"sqlite:{tmp_path}/ledger.sqlite",
                "SWITCHBOARD_ADMIN_LISTEN": admin,
                "TWILIO_ACCOUNT_SID": account,
                "TWILIO_AUTH_TOKEN": token,
                "TWILIO_API_BASE_URL": "http://127.0.0.1:1",
                "TWILIO_DEFAULT_FROM_NUMBER": SENDER,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")
            try:
                if requests.get(f"http://{admin}/health/live", timeout=30).status_code == 200:
                    break
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.05)
        # The runtime tells what it sees and, as the signal came from outside, goes on.
        process.send_signal(signal.SIGSEGV)
        while b"Backtrace took" not in log.read_bytes():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    said = log.read_bytes()
    assert b"Program crashed" in said
    for secret in (password, token):
        assert secret.encode() not in said and secret.encode().hex().encode() not in said
