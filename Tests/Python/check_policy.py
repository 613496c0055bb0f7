"""Holds the shipped policy file to its schema, and the tables that Swift's tests read to their sources. Needs no broker."""

import copy
import csv
import datetime
import zoneinfo

import phonenumbers
import pytest
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
        ("calendars/us-federal/days", {"x": "someday"}),
        ("overlays/0/warnOnly", ["opt-out"]),
    ],
)
def test_a_bad_policy_is_refused(path: str, value: object):
    assert problems("policy", changed(path, value))


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
