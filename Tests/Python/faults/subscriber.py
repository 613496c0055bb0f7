"""Everything that is told on `events`, as the queue `archive` gets it; it outlives the broker's crashes."""

import json
import threading
import time
from collections import deque
from datetime import datetime, timedelta, timezone

import pika
from rig import BROKEN, Node

from faults.history import Seen


class Subscriber:
    """Acknowledges what it has noted, so that what it did not note comes again."""

    def __init__(self, node: Node, address: str):
        self.node, self.address = node, address
        self.seen: list[Seen] = []
        self.finals: set[str] = set()
        self.accepted: set[str] = set()
        self.told: set[str] = set()
        """The keys of all messages of which something was told."""
        self.revoked: set[str] = set()
        """The SIDs of the messages in which people revoked."""
        self.heard: set[str] = set()
        """The SIDs of what people wrote."""
        self.skews: deque[tuple[str, timedelta]] = deque(maxlen=10_000)
        """The families of the last events, and by how much the clocks of who told them were ahead of ours."""
        self.is_stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self.thread.start()

    @property
    def is_alive(self) -> bool:
        return self.thread.is_alive()

    def stop(self) -> None:
        self.is_stopping = True
        self.thread.join(10)

    def _run(self) -> None:
        while not self.is_stopping:
            try:
                with pika.BlockingConnection(pika.URLParameters(self.address)) as connection:
                    channel = connection.channel()
                    channel.basic_qos(prefetch_count=500)
                    for method, _, body in channel.consume("archive", inactivity_timeout=0.2):
                        if self.is_stopping:
                            return
                        if method is not None:
                            self._note(json.loads(body))
                            channel.basic_ack(method.delivery_tag)
            except BROKEN:
                time.sleep(0.2)

    def _note(self, event: dict) -> None:
        _, family, name, _ = event["type"].split(".")
        data = event["data"]
        self.skews.append((family, datetime.fromisoformat(event["time"]) - datetime.now(timezone.utc)))
        if family in ("consent", "inbound", "help"):
            self.heard.add(event["subject"])
        if family == "consent" and name == "revoked":
            self.revoked.add(event["subject"])
        if family != "message":
            return
        key = f"{data.get('app')}/{event['subject']}"
        seen = Seen(
            event["id"],
            f"{family}.{name}",
            key,
            data.get("attempt") or 0,
            bool(data.get("isFinal")),
            (data.get("provider") or {}).get("sid"),
        )
        self.seen.append(seen)
        self.told.add(key)
        if name == "accepted":
            self.accepted.add(key)
        if seen.is_final:
            self.finals.add(key)
