"""What the simulator itself says that it took, was asked and told: the witness that is not ours."""

import time
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from rig import Provider

from faults.checker import FINAL_REPORTS
from faults.history import Call, Report, Taken

REST = 4
"""How many times as long as a reading took no other is made."""


class ProviderRecord:
    """Gathers the record again and again, because the provider keeps only the last 20,000 messages."""

    def __init__(self, provider: Provider):
        self.provider = provider
        self.taken: dict[str, Taken] = {}
        self.calls: set[Call] = set()
        self.next_reading = 0.0
        self.silent: set[str] = set()
        """The keys of messages of which the provider will never tell anything."""

    def refresh(self, at_once: bool = False) -> dict[str, Taken]:
        """Reads it and returns the messages by their SIDs; not all the time, for it is long."""
        if time.monotonic() < self.next_reading and not at_once:
            return self.taken
        began = time.monotonic()
        record = self.provider.record()
        self.next_reading = time.monotonic() + REST * (time.monotonic() - began)
        for message in record["messages"]:
            if message["direction"] == "outbound-api":
                self.taken[message["sid"]] = taken(message)
                if message["outcome"] == "no-callbacks":
                    self.silent.add(self.taken[message["sid"]].key)
        self.calls.update(Call(a["to"], datetime.fromisoformat(a["at"])) for a in record["attempts"])
        return self.taken

    def untold(self) -> set[str]:
        """The keys of messages of whose end the provider will not tell any more."""
        messages = self.refresh().values()
        found = set(self.silent)
        for message in messages:
            finals = [report for report in message.reports if report.status in FINAL_REPORTS]
            if finals and not any(report.is_answered for report in finals):
                found.add(message.key)
        return found


def taken(message: dict) -> Taken:
    query = parse_qs(urlsplit(message.get("statusCallback") or "").query)
    key = f"{query.get('app', ['none'])[0]}/{query.get('id', ['none'])[0]}"
    reports = tuple(
        Report(report["status"], (report["answer"] or "").startswith("answered 2")) for report in message["reports"]
    )
    return Taken(message["sid"], key, int(query.get("attempt", ["0"])[0]), message["to"], reports)
