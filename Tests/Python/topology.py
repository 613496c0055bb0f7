"""Reads the published contract: Topology/ and its schemas."""

import json
import re
from functools import lru_cache
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[2]
TOPOLOGY = ROOT / "Topology"
SCHEMAS = TOPOLOGY / "schemas"


def read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def definitions() -> dict:
    return read_json(TOPOLOGY / "definitions.json")


def permissions() -> dict:
    return read_json(TOPOLOGY / "permissions.json")


def pattern(regex: str) -> re.Pattern:
    """A broker's regular expression (PCRE); Python writes the end of the text `\\Z`."""
    return re.compile(regex.replace(r"\z", r"\Z"))


@lru_cache
def registry() -> Registry:
    resources = [
        (path.name, Resource.from_contents(read_json(path), default_specification=DRAFT202012))
        for path in SCHEMAS.glob("*.json")
    ]
    return Registry().with_resources(resources)


@lru_cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{name}.json"}, registry=registry())


def problems(name: str, document: object) -> list[str]:
    """What is wrong with a document by the schema NAME, as lines; empty when nothing is."""
    lines = []
    for error in validator(name).iter_errors(document):
        leaves = error.context or [error]
        lines += [f"{leaf.json_path}: {leaf.message}" for leaf in leaves]
    return lines
