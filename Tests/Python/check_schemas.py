"""Holds the schemas and the AsyncAPI document to the wire contract. Needs no broker."""

import copy
import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from topology import ROOT, SCHEMAS, TOPOLOGY, definitions, problems, read_json

REQUEST = {
    "to": "+15558675310",
    "channel": "sms",
    "body": "Your order has shipped",
    "account": "retail",
    "sender": "alerts",
    "recipient": {"id": "crm-42", "timeZone": "America/Chicago", "region": "US-FL"},
    "consent": {"evidence": "cns_81f"},
    "sendAt": "2026-11-21T15:00:00Z",
    "expiresAt": "2026-11-21T15:05:00Z",
    "metadata": {"campaign": "spring"},
    "tags": {"team": "growth"},
    "shortenLinks": False,
}
SID = "HX" + "0a" * 16
GOOD_REQUESTS = [
    REQUEST,
    {"to": "+15558675310", "body": "x"},
    {"to": "+15558675310", "template": {"name": "order-shipped", "locale": "en", "variables": {"order": "A-17"}}},
    {"to": "whatsapp:+15558675310", "content": {"sid": SID, "variables": {"1": "A-17"}}},
    {"to": "whatsapp:+15558675310", "channel": "whatsapp", "body": "x"},
    {"to": "messenger:1234567890", "body": "x"},
    {"to": "rcs:+15558675310", "body": "x"},
    {"to": "+15558675310", "channel": "mms", "media": ["https://example.com/a.png"]},
    {"to": "+15558675310", "channel": "verify"},
]
BAD_REQUESTS = {
    "not an object": ["to"],
    "no recipient": {"body": "x"},
    "unknown field": {**REQUEST, "boddy": "x"},
    "unknown field inside": {**REQUEST, "recipient": {"id": "1", "name": "x"}},
    "letters in the number": {"to": "+1555CALLNOW", "body": "x"},
    "no plus": {"to": "15558675310", "body": "x"},
    "sixteen digits": {"to": "+1555867531055555", "body": "x"},
    "unknown prefix": {"to": "telegram:+15558675310", "body": "x"},
    "no text": {"to": "+15558675310"},
    "empty text": {"to": "+15558675310", "body": ""},
    "media that holds nothing": {"to": "+15558675310", "media": []},
    "two texts": {"to": "+15558675310", "body": "x", "template": {"name": "y"}},
    "text too long": {"to": "+15558675310", "body": "x" * 1601},
    "unknown channel": {"to": "+15558675310", "channel": "fax", "body": "x"},
    "channel against prefix": {"to": "whatsapp:+15558675310", "channel": "sms", "body": "x"},
    "channel without prefix": {"to": "+15558675310", "channel": "whatsapp", "body": "x"},
    "wrong type": {"to": "+15558675310", "body": 17},
    "eleven media": {"to": "+15558675310", "media": ["https://example.com/a.png"] * 11},
    "eleven pairs": {**REQUEST, "metadata": {str(n): "x" for n in range(11)}},
    "long key": {**REQUEST, "metadata": {"k" * 41: "x"}},
    "long value": {**REQUEST, "metadata": {"k": "x" * 121}},
    "content without a SID": {"to": "+15558675310", "content": {"sid": "HX12"}},
    "a date that is none": {**REQUEST, "sendAt": "tomorrow"},
    "text for a flag": {**REQUEST, "shortenLinks": "yes"},
}

DECISION = {
    "outcome": "defer",
    "reasons": [
        {
            "rule": "quiet-hours.us-fl",
            "effect": "defer",
            "why": "20:05 in America/New_York; open 08:00-20:00",
            "reference": "Fla. Stat. 501.616(6)(a)",
        }
    ],
    "passed": ["opt-out.program"],
    "notRun": ["cap.daily"],
    "notBefore": "2026-11-22T13:00:00Z",
    "expiresAt": "2026-11-23T13:00:00Z",
    "facts": {
        "zones": ["America/New_York"],
        "zoneSource": "area-code",
        "jurisdictions": ["US", "US-FL"],
        "consent": "granted",
        "sentIn24h": 2,
        "segments": 2,
        "encoding": "GSM-7",
    },
    "redactions": [{"rule": "pan", "sink": "log", "start": 12, "end": 28}],
    "policy": {"name": "default", "revision": "sha256:" + "ab" * 32, "timeZones": "2025b"},
}
ABOUT = {
    "messageId": "m-1",
    "app": "shop",
    "class": "transactional",
    "purpose": "order-shipped",
    "channel": "sms",
    "account": "retail",
    "sender": "alerts",
    "attempt": 1,
    "provider": {"name": "twilio", "sid": "SM" + "0a" * 16, "status": "delivered"},
    "recipient": {"token": "ph_k1_mzxw6ytb", "masked": "+1********10", "country": "US", "id": "crm-42"},
    "metadata": {"campaign": "spring"},
    "correlationId": "c-1",
    "occurredAt": "2026-11-21T15:00:00.000Z",
}
ERROR = {"code": 30006, "name": "Landline", "category": "recipient", "retryable": "no", "action": "Use another number"}
CONSENT = {
    "scope": "program",
    "sender": "+15005550006",
    "program": "+15005550006",
    "keyword": "STOP",
    "evidence": "SM" + "0b" * 16,
    "at": "2026-11-21T15:00:00.000Z",
}


def event(name: str, **data) -> dict:
    return {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/switchboard/retail",
        "type": f"switchboard.{name}.v1",
        "subject": "m-1",
        "time": "2026-11-21T15:00:00.000Z",
        "datacontenttype": "application/json",
        "data": {**ABOUT, **data},
    }


GOOD_EVENTS = [
    event("message.delivered", status="delivered", isFinal=True, rank=60),
    event(
        "message.accepted", status="accepted", isFinal=False, rank=10, segments=1, encoding="GSM-7", decision=DECISION
    ),
    event("message.undelivered", status="undelivered", isFinal=True, rank=55, error=ERROR),
    event("message.blocked", status="blocked", isFinal=True, rank=50, decision=DECISION),
    event(
        "message.deferred", status="deferred", isFinal=False, rank=5, decision=DECISION, until="2026-11-22T13:00:00Z"
    ),
    event(
        "message.rejected", status="rejected", isFinal=True, rank=50, reason={"field": "to", "problem": "is missing"}
    ),
    event("request.conflict"),
    event("error.30006", status="undelivered", isFinal=False, rank=55, error=ERROR),
    event("inbound.received", conversation={"id": "cv-1", "lastMessageId": "m-1", "app": "shop", "metadata": {}}),
    event("consent.revoked", consent=CONSENT),
    event("consent.granted", consent=CONSENT),
    event("help.requested"),
    event("account.paused", reason={"problem": "credentials refused"}),
    event("bridge.tick", bridge="b-1"),
    event("link.clicked", link="https://example.com"),
    event("call.no-answer"),
    event("verification.max_attempts_reached"),
    event("callback.studio-flow", FlowSid="FW1"),
]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_a_schema_is_a_schema(path):
    schema = read_json(path)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("request_", GOOD_REQUESTS, ids=json.dumps)
def test_a_good_request_passes(request_):
    assert problems("send-request", request_) == []


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_a_bad_request_is_refused(name):
    assert problems("send-request", BAD_REQUESTS[name])


def test_a_decision_passes_and_an_unknown_field_in_it_is_refused():
    assert problems("decision", DECISION) == []
    assert problems("decision", {**DECISION, "body": "x"})
    assert problems("decision", {**DECISION, "outcome": "perhaps"})


@pytest.mark.parametrize("document", GOOD_EVENTS, ids=lambda document: document["type"])
def test_an_event_passes(document):
    assert problems("event", document) == []
    assert problems("redacted", document) == []


def altered(document: dict, **data) -> dict:
    changed = copy.deepcopy(document)
    changed["data"].update(data)
    return changed


def test_a_clear_event_passes_and_is_not_redacted():
    clear = altered(GOOD_EVENTS[0], body="Your order has shipped")
    clear["data"]["recipient"]["address"] = "+15558675310"
    assert problems("event", clear) == []
    assert len(problems("redacted", clear)) == 2


@pytest.mark.parametrize(
    "document",
    [
        altered(GOOD_EVENTS[0], unknown=1),
        altered(GOOD_EVENTS[0], isFinal=False),
        altered(GOOD_EVENTS[1], isFinal=True),
        altered(GOOD_EVENTS[0], status="lost"),
        altered(GOOD_EVENTS[0], recipient={"token": "+15558675310", "masked": "+1********10"}),
        {**GOOD_EVENTS[0], "type": "switchboard.message.lost.v1"},
        {**GOOD_EVENTS[0], "type": "message.delivered"},
        {**GOOD_EVENTS[0], "surprise": "x"},
        {key: value for key, value in GOOD_EVENTS[0].items() if key != "id"},
        event("message.blocked", status="blocked", isFinal=True, rank=50),
        event("error.30006"),
    ],
    ids=lambda document: document["type"],
)
def test_a_bad_event_is_refused(document):
    assert problems("event", document)


# AsyncAPI


def asyncapi() -> dict:
    return yaml.safe_load((TOPOLOGY / "asyncapi.yaml").read_text(encoding="utf-8"))


def references(node: object):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    for reference in references(document):
        path, _, pointer = reference.partition("#/")
        node = read_json(TOPOLOGY / path) if path else document
        for part in pointer.split("/") if pointer else []:
            assert part in node, reference
            node = node[part]


def test_the_asyncapi_document_speaks_of_the_exchanges_and_queues_that_are_defined():
    exchanges = {exchange["name"]: exchange for exchange in definitions()["exchanges"]}
    queues = {queue["name"]: queue for queue in definitions()["queues"]}
    for name, channel in asyncapi()["channels"].items():
        binding = channel["bindings"]["amqp"]
        assert binding["bindingVersion"] == "0.3.0"
        if binding["is"] == "queue":
            told, defined = binding["queue"], queues[name]
            assert (channel["address"], told["name"]) == (name, name)
        else:
            told, defined = binding["exchange"], exchanges[name]
            assert told["type"] == defined["type"]
        assert (told["durable"], told["autoDelete"], told["vhost"]) == (
            defined["durable"],
            defined["auto_delete"],
            defined["vhost"],
        )


def test_the_examples_of_the_asyncapi_document_pass():
    examples = asyncapi()["components"]["messages"]["sendRequest"]["examples"]
    assert examples and all(problems("send-request", example["payload"]) == [] for example in examples)


# The settings file


def settings_of_the_documentation() -> dict:
    """The one YAML block of Docs/operations.md, which is what people copy."""
    text = (ROOT / "Docs" / "operations.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return yaml.safe_load(block)


def test_the_documented_settings_pass_and_speak_of_every_section():
    settings = settings_of_the_documentation()
    assert problems("config", settings) == []
    assert settings.keys() == read_json(SCHEMAS / "config.json")["properties"].keys()


def test_the_storys_settings_pass():
    story = (ROOT / "Scripts" / "lib" / "story.yaml").read_text(encoding="utf-8")
    assert problems("config", yaml.safe_load(story)) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"wroker": {"slots": 8}},
        {"worker": {"slot": 8}},
        {"worker": {"slots": "eight"}},
        {"apps": {"Shop": {}}},
        {"apps": {"shop": {"classes": ["urgent"]}}},
        {"accounts": {"retail": {"senders": {"alerts": "+15550001111"}}}},
    ],
    ids=json.dumps,
)
def test_wrong_settings_are_refused(settings):
    assert problems("config", settings)
