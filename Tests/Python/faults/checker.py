"""Judges a history, in the manner of Jepsen's total-queue: nothing confirmed may be lost, nothing sent twice.

Pure: it reads nothing but the history. Each way to break a promise is a list of the keys that did.
"""

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from faults.history import History, Request, Seen, Taken

OPT_OUT_DELAY = timedelta(seconds=15)
"""How long after a STOP a promotional call may still come: opt-outs are known up to 10 s ago, or nothing promotional is
sent, and a granted attempt reaches the provider within 5 s."""

FINAL_REPORTS = {"delivered", "undelivered", "failed", "canceled", "read"}


@dataclass
class Verdict:
    # Counts of messages.
    attempted: int = 0
    confirmed: int = 0
    called: int = 0
    evented: int = 0
    final: int = 0
    recovered: int = 0
    """Never confirmed to the app, and dealt with all the same."""
    repeated_events: int = 0
    """Events that a subscriber got more than once under one id, which the contract allows."""

    # What the record allows.
    allowed_duplicates: list[str] = field(default_factory=list)
    """Sent twice, where the first attempt was looked up and not found, and the settings allow to resend."""
    untold: list[str] = field(default_factory=list)
    """Accepted and without a final event, because the provider told no final status or was not answered with 2xx."""

    # What breaks a promise.
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    """No final event, though the provider told the final status and was answered; or still on the way when all should
    have come to its end."""
    swallowed: list[str] = field(default_factory=list)
    """Webhooks that were answered with 2xx and made no event: `<SID>/<status>`, and the SID of what a person wrote."""
    overridden: list[str] = field(default_factory=list)
    """Promotional calls after the person's STOP."""
    invented: list[str] = field(default_factory=list)
    """Taken or told, and nobody had asked for it; or told as accepted under an id that the provider does not know."""
    misrecorded: list[str] = field(default_factory=list)
    """The ledger disagrees with what the provider took, or has not come to an end."""

    PROMISES = ("lost", "duplicated", "unfinished", "swallowed", "overridden", "invented", "misrecorded")

    @property
    def holds(self) -> bool:
        return not any(getattr(self, name) for name in self.PROMISES)

    def problems(self) -> dict[str, list[str]]:
        return {name: getattr(self, name) for name in self.PROMISES if getattr(self, name)}

    def document(self) -> dict:
        return {"holds": self.holds, **asdict(self)}


def judge(history: History, keys: set[str] | None = None) -> Verdict:
    """The verdict on the messages with these keys; on all when none are given."""
    asked = {k: r for k, r in history.attempted.items() if keys is None or k in keys}
    confirmed = history.confirmed & asked.keys()
    taken, seen = defaultdict(list), defaultdict(list)
    for message in history.taken:
        taken[message.key].append(message)
    for event in history.seen:
        seen[event.key].append(event)
    standing = defaultdict(set)
    for entry in history.standing:
        standing[entry.key].add(entry.queue)
    told = {event.id for event in history.seen}
    verdict = Verdict(attempted=len(asked), confirmed=len(confirmed))
    times = Counter(event.id for event in history.seen if event.key in asked)
    verdict.repeated_events = sum(count - 1 for count in times.values())
    for key, request in asked.items():
        events, messages = seen[key], taken[key]
        is_final = any(event.is_final for event in events)
        verdict.called += bool(messages)
        verdict.evented += bool(events)
        verdict.final += is_final
        verdict.recovered += key not in confirmed and bool(messages or events)
        if key in confirmed and not is_final:
            _judge_end(verdict, request, events, messages, standing[key], history.finds_lost_callbacks)
        _judge_calls(verdict, request, events, messages, history.resends_what_is_absent)
        _judge_ledger(verdict, key, history, events, messages)
        for message in messages:
            for report in message.reports:
                if report.is_answered and f"{message.sid}/{report.status}" not in told:
                    verdict.swallowed.append(f"{message.sid}/{report.status}")
    if keys is None:
        verdict.swallowed += sorted(history.replies - history.heard)
    _judge_stops(verdict, history, asked)
    _judge_strangers(verdict, history, taken, seen, keys)
    return verdict


def _judge_end(
    verdict: Verdict,
    request: Request,
    events: list[Seen],
    messages: list[Taken],
    queues: set[str],
    finds_lost_callbacks: bool,
) -> None:
    """Of a message that was confirmed and has no final event."""
    if not any(event.name == "message.accepted" for event in events):
        if not queues:
            verdict.lost.append(request.key)
        elif any(queue.startswith(("send.", "delay.")) for queue in queues):
            verdict.unfinished.append(request.key)
        return
    finals = [r for m in messages for r in m.reports if r.status in FINAL_REPORTS]
    was_told = finds_lost_callbacks or any(report.is_answered for report in finals)
    (verdict.unfinished if was_told else verdict.untold).append(request.key)


def _judge_calls(
    verdict: Verdict, request: Request, events: list[Seen], messages: list[Taken], resends: bool
) -> None:
    if len(messages) < 2:
        return
    doubted = {event.attempt for event in events if event.name == "message.in-doubt"}
    attempts = sorted(message.attempt for message in messages)
    # Each but the last was in doubt, and each call was an attempt of its own.
    is_on_record = len(set(attempts)) == len(attempts) and doubted.issuperset(attempts[:-1])
    if request.klass == "transactional" and resends and is_on_record:
        verdict.allowed_duplicates.append(request.key)
    else:
        verdict.duplicated.append(request.key)


def _judge_ledger(
    verdict: Verdict, key: str, history: History, events: list[Seen], messages: list[Taken]
) -> None:
    row = history.rows.get(key)
    if row is None:
        # What could not be read or claimed never had a row.
        if messages or any(event.name == "message.accepted" for event in events):
            verdict.misrecorded.append(key)
        return
    sids = {message.sid for message in messages}
    is_open = row.state in ("attempting", "unknown") and any(event.is_final for event in events)
    names_another = row.state == "accepted" and row.sid not in sids
    if is_open or names_another or (messages and row.state in ("held", "refused", "closed")):
        verdict.misrecorded.append(key)


def _judge_stops(verdict: Verdict, history: History, asked: dict[str, Request]) -> None:
    stops: dict[str, object] = {}
    for stop in history.stops:
        stops[stop.to] = min(stop.at, stops.get(stop.to, stop.at))
    promotional = {request.to for request in asked.values() if request.klass == "promotional"}
    others = {request.to for request in history.attempted.values() if request.klass != "promotional"}
    for call in history.calls:
        if call.to in stops and call.to in promotional and call.to not in others:
            if call.at > stops[call.to] + OPT_OUT_DELAY:
                verdict.overridden.append(call.to)


def _judge_strangers(verdict: Verdict, history: History, taken: dict, seen: dict, keys: set[str] | None) -> None:
    """What nobody asked for is everybody's: it counts where all is judged, or under the key that it claims."""
    for key in (taken.keys() | seen.keys()) - history.attempted.keys():
        if keys is None or key in keys:
            verdict.invented.append(key)
    for key, events in seen.items():
        if keys is not None and key not in keys:
            continue
        sids = {message.sid for message in taken[key]} if key in taken else set()
        if any(e.name == "message.accepted" and e.sid not in sids for e in events) and key in history.attempted:
            verdict.invented.append(key)
