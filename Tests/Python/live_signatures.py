"""`switchboard signature` against Twilio's own package: each verifies what the other's rules sign.

Needs the built executable, in SWITCHBOARD_TEST_BINARY; no broker.
"""

import hashlib
import json
import os
import random
import subprocess
from urllib.parse import quote, urlencode

import pytest
from twilio.request_validator import RequestValidator

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")
pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

TOKEN = "0123456789abcdef0123456789abcdef"
FORM = "application/x-www-form-urlencoded"
# What forms, URLs and sorting treat specially; U+FF01 and the emoji sort apart by bytes and by UTF-16.
CHARACTERS = "aZ09 &=+%#?/:@'\"-._~*\n\t\0é\u0301！😀ß"


class Parameters(dict):
    """Values of a name that may stand several times, as web frameworks hand them to the package."""

    def getlist(self, name):
        return self[name]


def ask(*questions: dict) -> list[dict]:
    """The verdicts of `switchboard signature`, one for each question."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    answer = subprocess.run([BINARY, "signature"], input=lines.encode(), capture_output=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stderr.decode(errors="replace")
    verdicts = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(verdicts) == len(questions)
    return verdicts


def question(url: str, signature: str | None, **more) -> dict:
    return {"method": "POST", "url": url, "contentType": FORM, "signature": signature, "tokens": [TOKEN], **more}


def text(source: random.Random, longest: int) -> str:
    return "".join(source.choice(CHARACTERS) for _ in range(source.randint(0, longest)))


def random_url(source: random.Random) -> str:
    host = source.choice(["example.com", "Example.com", "127.0.0.1", "a-b.example"])
    port = source.choice(["", "", ":8443"])
    query = "?" + urlencode({f"q{n}": text(source, 8) for n in range(source.randint(1, 3))}, quote_via=quote)
    return f"{source.choice(['http', 'https'])}://{host}{port}/twilio/{quote(text(source, 6))}{query}"


def random_parameters(source: random.Random) -> Parameters:
    names = {
        source.choice(["To", "From", "Body", "B", "Bo", ""]) + text(source, 3) for _ in range(source.randint(0, 6))
    }
    return Parameters({name: [text(source, 20) for _ in range(source.randint(1, 3))] for name in names})


def pairs(parameters: Parameters, source: random.Random) -> list[tuple[str, str]]:
    """In an order that nobody may rely on."""
    result = [(name, value) for name, values in parameters.items() for value in values]
    source.shuffle(result)
    return result


def test_forms_that_the_package_signed_are_valid_and_changed_ones_are_not():
    source = random.Random(1)
    questions, changed = [], []
    for _ in range(300):
        url, parameters = random_url(source), random_parameters(source)
        signature = RequestValidator(TOKEN).compute_signature(url, parameters)
        fields = pairs(parameters, source)
        questions.append(question(url, signature, params=fields))
        questions.append(question(url, signature, body=urlencode(fields)))
        changed.append(question(url, signature, params=[*fields, ("Another", "")]))
        changed.append(question(url + "1", signature, params=fields))
        changed.append(question(url, signature, params=fields, tokens=["other"]))
    assert all(verdict == {"valid": True, "matched": "as is"} for verdict in ask(*questions))
    assert not any(verdict["valid"] for verdict in ask(*changed))


def test_the_package_agrees_about_every_port():
    validator = RequestValidator(TOKEN)
    parameters = {"Body": "x", "From": "+15558675310"}
    fields = list(map(list, parameters.items()))
    spellings = [
        f"{scheme}://{host}{port}/sms?a=1"
        for scheme in ("http", "https")
        for host in ("example.com", "Example.com")
        for port in ("", ":80", ":443", ":8443")
    ]
    cases = [(seen, validator.compute_signature(signed, parameters)) for seen in spellings for signed in spellings]
    verdicts = ask(*(question(seen, signature, params=fields) for seen, signature in cases))
    for (seen, signature), verdict in zip(cases, verdicts):
        assert verdict["valid"] == validator.validate(seen, parameters, signature), (seen, verdict)


def test_a_get_is_signed_by_its_url():
    url = "https://example.com/sms?From=%2B15558675310&Body=a%20b"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    good = question(url, signature, method="GET", contentType=None, body="")
    bad = {**good, "url": url + "c"}
    assert [verdict["valid"] for verdict in ask(good, bad)] == [True, False]


def test_a_json_body_needs_its_digest():
    source = random.Random(2)
    validator = RequestValidator(TOKEN)
    questions, expected = [], []
    for _ in range(50):
        body = json.dumps({"text": text(source, 30)}, ensure_ascii=False)
        url = f"https://example.com/clicks?a=1&bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
        signature = validator.compute_signature(url, {})
        for sent in (body, body + " "):
            questions.append(question(url, signature, contentType="application/json", body=sent))
            expected.append(validator.validate(url, sent, signature))
    assert [verdict["valid"] for verdict in ask(*questions)] == expected
    assert expected.count(True) == 50


def test_any_live_token_may_have_signed():
    url = "https://example.com/sms"
    signature = RequestValidator("new").compute_signature(url, {"a": "1"})
    cases = [(["old", "new"], True), (["old"], False), ([], False), ([""], False)]
    verdicts = ask(*(question(url, signature, params=[["a", "1"]], tokens=tokens) for tokens, _ in cases))
    assert [verdict["valid"] for verdict in verdicts] == [valid for _, valid in cases]


def test_null_is_empty_and_what_is_no_question_gets_an_answer_in_its_place():
    url = "https://example.com/sms"
    signature = RequestValidator(TOKEN).compute_signature(url, {"a": "", "b": "1"})
    verdicts = ask(
        question(url, signature, params=[["a", None], ["b", "1"]]),
        question(url, None, params=[["a", ""]]),
        question(url, "not base64", params=[["a", ""]]),
        {"signature": signature},
        question(url, signature, body="a=%zz&b=1"),
    )
    assert [verdict["valid"] for verdict in verdicts] == [True, False, False, False, False]
    assert all(verdict["reason"] for verdict in verdicts[1:])
