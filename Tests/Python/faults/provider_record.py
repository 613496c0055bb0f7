"""What the simulator itself says that it took, was asked and told: the witness that is not ours."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from rig import Provider

from faults.checker import FINAL_REPORTS
from faults.history import Call, Report, Taken


class ProviderRecord:
    """Gathers the record again and again, because the provider keeps only the last 20,000 messages."""

    def __init__(self, provider: Provider):
        self.provider = provider
        self.taken: dict[str, Taken] = {}
        self.calls: set[Call] = set()

    def refresh(self) -> dict[str, Taken]:
        """Reads it and returns the messages by their SIDs."""
        record = self.provider.record()
        for message in record["messages"]:
            if message["direction"] == "outbound-api":
                self.taken[message["sid"]] = taken(message)
        self.calls.update(Call(a["to"], datetime.fromisoformat(a["at"])) for a in record["attempts"])
        return self.taken

    def untold(self) -> set[str]:
        """The keys of messages whose last callback was given up by the provider."""
        found = set()
        for message in self.refresh().values():
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
