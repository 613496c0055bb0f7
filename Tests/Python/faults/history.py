"""What a run of the load left behind, as each of its witnesses tells it. A message's key is `<app>/<message_id>`."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Request:
    """What an app published."""

    key: str
    klass: str
    to: str


@dataclass(frozen=True)
class Report:
    """A status callback: what the provider told, and whether it was answered with 2xx."""

    status: str
    is_answered: bool


@dataclass(frozen=True)
class Taken:
    """A message that the provider took; `key` and `attempt` are what our callback URL says."""

    sid: str
    key: str
    attempt: int
    to: str
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True)
class Call:
    """A request to send that reached the provider, whatever it answered."""

    to: str
    at: datetime


@dataclass(frozen=True)
class Seen:
    """An event that a subscriber got; `name` is `<family>.<name>`."""

    id: str
    name: str
    key: str
    attempt: int = 0
    is_final: bool = False
    sid: str | None = None


@dataclass(frozen=True)
class Row:
    """What the ledger says; states by the names of `STATES`."""

    state: str
    attempt: int
    sid: str | None = None


STATES = ("held", "attempting", "accepted", "refused", "unknown", "abandoned", "closed")
"""The ledger's states by their numbers."""


@dataclass(frozen=True)
class Standing:
    """A message in a queue of the broker at the end."""

    queue: str
    key: str


@dataclass(frozen=True)
class Stop:
    """Somebody's STOP; `at` is when its event was seen, so the broker had confirmed it."""

    to: str
    at: datetime


@dataclass
class History:
    attempted: dict[str, Request] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    taken: list[Taken] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    standing: list[Standing] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    replies: set[str] = field(default_factory=set)
    """The SIDs of what people wrote, as far as the bridge answered with 2xx."""
    heard: set[str] = field(default_factory=set)
    """The SIDs of what people wrote of which a subscriber got an event."""
    resends_what_is_absent: bool = True
    """The setting worker.resendAbsent."""
    finds_lost_callbacks: bool = False
    """Whether the provider was asked for the status of what it had not told of."""
