"""Holds the shipped policy file to its schema, and the tables that Swift's tests read to their sources. Needs no broker."""

import copy
import csv
import datetime
import re
import unicodedata
import zoneinfo

import phonenumbers
import pytest
import stdnum.iban
import stdnum.luhn
import stdnum.us.ssn
import yaml

from topology import ROOT, problems

POLICY = ROOT / "Sources" / "Policy" / "Resources" / "default_policy.yaml"
DATA = ROOT / "Tests" / "Data"


def policy() -> dict:
    return yaml.safe_load(POLICY.read_text(encoding="utf-8"))


def rows(name: str) -> list[dict]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_shipped_policy_passes():
    assert problems("policy", policy()) == []


def changed(path: str, value: object) -> dict:
    document = copy.deepcopy(policy())
    *parents, last = path.split("/")
    place = document
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nam", "x"),
        ("name", "Our Policy"),
        ("limits/text", 5000),
        ("kinds/urgent", ["x"]),
        ("jurisdictions/Florida", {}),
        ("jurisdictions/US/quietHours", {}),
        ("jurisdictions/US/quietHours/open", {"daily": "8-21"}),
        ("jurisdictions/US/quietHours/open", {"someday": "08:00-21:00"}),
        ("jurisdictions/US/consent", {"effect": "perhaps"}),
        ("jurisdictions/US/cap", {"per24Hours": 0}),
        ("jurisdictions/US/cap", {"limit": 3}),
        ("jurisdictions/US/cap", {"per24Hours": 3, "hours": 24}),
        ("jurisdictions/US/cap", [{"limit": 3, "hours": 721}]),
        ("jurisdictions/US/cap", {"per24Hours": 3, "within": ["sender"]}),
        ("limits/knownBad", 0),
        ("overlays/0/kinds", {"chat": ["x"]}),
        ("calendars/us-federal/days", {"x": "someday"}),
        ("overlays/0/warnOnly", ["opt-out"]),
        ("redaction/sinks/body", {"otp": "mask"}),
        ("redaction/sinks/log", {"email": "allow"}),
        ("redaction/sinks/events", {"pan": "hide"}),
        ("redaction/sinks/mail", {"pan": "mask"}),
        ("redaction/patterns", {"pan": "digit{9}"}),
        ("overlays/0/redaction", {"patterns": {}}),
        ("smartEncoding", "perhaps"),
    ],
)
def test_a_bad_policy_is_refused(path: str, value: object):
    assert problems("policy", changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("jurisdictions/US/cap", {"limit": 3, "hours": 168, "within": ["program", "purpose"]}),
        ("jurisdictions/US/cap", [{"per24Hours": 3}, {"name": "weekly", "limit": 5, "hours": 168}]),
        ("limits/knownBad", 7),
        ("overlays/0/kinds", {"one-time-code": ["login"]}),
    ],
)
def test_what_an_operator_may_add_passes(path: str, value: object):
    assert problems("policy", changed(path, value)) == []


def test_every_restriction_by_law_names_its_reference():
    for code, jurisdiction in policy()["jurisdictions"].items():
        for section, value in jurisdiction.items():
            if code != "world" and section not in ("name", "members", "forbidden"):
                assert value.get("reference"), f"{code}.{section}"


def test_the_local_times_are_those_of_zoneinfo():
    table = rows("local_times.csv")
    assert len(table) > 1000
    for row in table:
        local = datetime.datetime.fromtimestamp(int(row["at"]), zoneinfo.ZoneInfo(row["zone"]))
        assert local.utcoffset().total_seconds() == int(row["offset"]), row


def test_the_numbers_are_judged_as_phonenumbers_does():
    """A newer release of the library may know more numbers; then the table is written again."""
    shipped = (ROOT / "Sources" / "Policy" / "Resources" / "number_plan.txt").read_text(encoding="utf-8")
    if f"libphonenumber {phonenumbers.__version__}\n" not in shipped:
        pytest.skip("another release of phonenumbers is installed")
    table = rows("zone_cases.csv")
    assert len(table) > 1000
    for row in table:
        number = phonenumbers.parse(row["number"])
        assert phonenumbers.is_valid_number(number) == (row["valid"] == "1"), row
        if row["valid"] == "1":
            assert phonenumbers.is_number_geographical(number) == (row["geographic"] == "1"), row


def redaction_cases() -> list[tuple[str, list[tuple[str, int, int, bool]]]]:
    """The texts of the table that Swift's tests read, with what is found: kind, first, end, certain."""
    cases = []
    for row in rows("redaction_cases.csv"):
        found = []
        for entry in row["found"].split():
            kind, first, end, *doubtful = entry.split(":")
            found.append((kind, int(first), int(end), not doubtful))
        cases.append((row["text"], found))
    assert len(cases) > 140
    return cases


def plain(text: str) -> str:
    """As a person reads it: compatibility forms composed, digits in ASCII, nothing invisible."""
    seen = [c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Mn", "Me")]
    return "".join(str(unicodedata.digit(c, c)) for c in seen)


def test_what_is_found_is_what_other_libraries_take_for_it():
    for text, found in redaction_cases():
        for kind, first, end, _ in found:
            part = plain(text[first:end])
            digits = re.sub(r"[^0-9]", "", part)
            match kind:
                case "pan":
                    assert stdnum.luhn.is_valid(digits) and 12 <= len(digits) <= 19, text
                case "iban":
                    assert stdnum.iban.is_valid(part), text
                case "ssn":
                    assert stdnum.us.ssn.is_valid(digits), text
                case "phone" if part.startswith("+"):
                    assert phonenumbers.is_valid_number(phonenumbers.parse(part)), text
                case "otp":
                    assert 4 <= len(digits) <= 8, text


def test_no_card_number_of_the_table_is_missed():
    """Any run of 12 to 19 digits in usual groups that passes the check is found, as that or as a phone number."""
    run = re.compile(r"(?<![A-Za-z0-9+])[0-9](?:[ .-]?[0-9]){11,18}(?![0-9A-Za-z])")
    for text, found in redaction_cases():
        for match in run.finditer(text):
            digits = re.sub(r"[^0-9]", "", match.group())
            if stdnum.luhn.is_valid(digits) and len(set(digits)) > 1:
                assert any(first < match.end() and match.start() < end for _, first, end, _ in found), text


def test_the_lengths_of_account_numbers_are_those_of_the_registry():
    source = ROOT / "Sources" / "Policy" / "Redaction" / "Detectors" / "AccountNumberDetector.swift"
    table = re.findall(r"\b([A-Z]{2})([0-9]{2})\b", source.read_text(encoding="utf-8").split('"""')[1])
    assert len(table) > 80
    for country, length in table:
        known = stdnum.iban._ibandb.info(country)[0][1]
        parts = re.findall(r"([0-9]+)!?[anc]", known["bban"])
        assert 4 + sum(map(int, parts)) == int(length), country


def test_presidio_finds_nothing_that_is_missed():
    """Its recognisers by pattern and check digit need no language model, but the package brings much along: it is asked
    where it is installed (`pip install presidio-analyzer`)."""
    recognizers = pytest.importorskip("presidio_analyzer.predefined_recognizers")
    asked = {
        "pan": (recognizers.CreditCardRecognizer(), "CREDIT_CARD", 1.0),
        "iban": (recognizers.IbanRecognizer(), "IBAN_CODE", 1.0),
        "ssn": (recognizers.UsSsnRecognizer(), "US_SSN", 0.5),
    }
    agreed = 0
    for text, found in redaction_cases():
        for kind, (recognizer, entity, score) in asked.items():
            for result in recognizer.analyze(text, [entity], None):
                # It takes area numbers from 900 on, which are never given.
                if result.score < score or kind == "ssn" and text[result.start] == "9":
                    continue
                agreed += 1
                # Another kind may have the better right to a part: an account number within an address.
                assert any(f < result.end and result.start < e for _, f, e, _ in found), (kind, text)
    assert agreed > 30
