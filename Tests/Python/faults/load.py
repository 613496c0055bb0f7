"""What apps publish while things break: half transactional, half promotional, and people who say STOP in the middle.

An app that gets no confirm publishes the same message again, under the same id, until it does.
"""

import json
import random
import threading
import time
from datetime import datetime, timezone
from typing import Callable, Iterator

import pika
from rig import BROKEN, Node

from faults.history import Request, Stop

APPS = ("shop", "marketing", "billing")
BACKLOG = 500
"""How many messages may be on their way before the apps wait: a fault lasts as long as its messages do."""
STOPPING_SHARE = 50
"""One in so many of the people with promotional messages says STOP."""
AREAS = (201, 202, 212, 213, 305, 312, 404, 415, 503, 512, 602, 617, 702, 713, 720, 801, 813, 858, 916, 971)


class Numbers:
    """Telephone numbers, each once; they stand in no directory, and nothing leaves this computer."""

    def __init__(self):
        self.next = 0

    def take(self) -> str:
        area, line = divmod(self.next, 800 * 10_000)
        exchange, line = divmod(line, 10_000)
        self.next += 1
        return f"+1{AREAS[area]}{200 + exchange:03}{line:04}"


class Load:
    """The messages of one fault."""

    def __init__(
        self, name: str, count: int, node: Node, numbers: Numbers, stopped: list[Stop], told: set[str], seed: int
    ):
        self.name, self.count, self.node, self.numbers = name, count, node, numbers
        self.told = told
        """The keys of the messages of which something was told; it grows."""
        self.waiting: list[str] = []
        self.stopped = stopped
        """Those who said STOP before, and are written to all the same."""
        self.random = random.Random(f"{seed}/{name}")
        self.requests: list[Request] = []
        self.confirmed: set[str] = set()
        self.repeated = 0
        """How many publishes were repeated because no confirm had come."""
        self.prepare: Callable[[Request], None] = lambda request: None
        """Called before a message is published: programs what the provider does with it."""
        self.at_half: Callable[[], None] = lambda: None
        """Called once half of the messages are confirmed."""
        self.connection: pika.BlockingConnection | None = None
        self.failure: BaseException | None = None
        self.part: "Part | None" = None
        self.is_over = False

    def parts(self, number: int) -> Iterator["Part"]:
        """Publishes the messages in so many parts: each goes on in the background while the caller does its worst, and
        is finished before the next begins."""
        for index in range(number):
            size = self.count * (index + 1) // number - self.count * index // number
            part = self.part = Part(self, size)
            part.begin()
            yield part
            part.join()

    def new_request(self) -> Request:
        index = len(self.requests)
        klass = ("transactional", "promotional")[index % 2]
        app = APPS[index // 2 % len(APPS)]
        old = self.stopped and klass == "promotional" and self.random.random() < 0.05
        to = self.random.choice(self.stopped).to if old else self.numbers.take()
        return Request(f"{app}/{self.name}-{index:05}", klass, to)

    def publish(self, request: Request) -> None:
        """Returns when the broker has confirmed it, however long that takes."""
        app, message_id = request.key.split("/", 1)
        body = {"to": request.to, "body": f"Message {message_id} of {app}"}
        if request.klass == "promotional":
            body["consent"] = {"evidence": f"signup-{message_id}"}
            body["body"] += ". Reply STOP to end."
        properties = pika.BasicProperties(
            message_id=message_id, user_id=app, content_type="application/json", delivery_mode=2
        )
        while not self.is_over:
            try:
                self.channel().basic_publish(
                    "send", f"{request.klass}.{app}.news", json.dumps(body), properties, mandatory=True
                )
                self.confirmed.add(request.key)
                return
            except BROKEN:
                self.repeated += 1
                self.connection = None

    def await_progress(self) -> None:
        """Waits while too many messages are on their way."""
        while len(self.waiting) > BACKLOG and not self.is_over:
            self.waiting = [key for key in self.waiting if key not in self.told]
            if len(self.waiting) > BACKLOG:
                time.sleep(0.1)

    def channel(self):
        """With confirms; waits for a broker that is away."""
        while not self.is_over and (self.connection is None or not self.connection.is_open):
            try:
                # An impersonator, so that each message has its own app for a user.
                self.connection = self.node.connect()
                self._channel = self.connection.channel()
                self._channel.confirm_delivery()
            except BROKEN:
                self.connection = None
                time.sleep(0.2)
        return self._channel

    def close(self) -> None:
        """Publishes no more, whatever is left."""
        self.is_over = True
        if self.part:
            self.part.thread.join(60)
        try:
            if self.connection and self.connection.is_open:
                self.connection.close()
        except BROKEN:
            pass


class Part:
    """A part of the load, published in the background."""

    def __init__(self, load: Load, size: int):
        self.load, self.size, self.published = load, size, 0
        self.moved = threading.Condition()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        try:
            for _ in range(self.size):
                if self.load.is_over:
                    return
                request = self.load.new_request()
                self.load.prepare(request)
                self.load.requests.append(request)
                self.load.await_progress()
                self.load.publish(request)
                self.load.waiting.append(request.key)
                if len(self.load.requests) == max(1, self.load.count // 2):
                    self.load.at_half()
                with self.moved:
                    self.published += 1
                    self.moved.notify_all()
        except BaseException as error:  # noqa: BLE001  it is raised where the part is joined
            self.load.failure = error
            with self.moved:
                self.moved.notify_all()

    def await_published(self, share: float, seconds: float = 300) -> None:
        """Waits until this share of the part is confirmed."""
        wanted = max(1, int(self.size * share))
        with self.moved:
            came = self.moved.wait_for(lambda: self.published >= wanted or self.load.failure, seconds)
        assert came and not self.load.failure, f"the load stands at {self.published} of {self.size}"

    def await_random_moment(self) -> None:
        self.await_published(self.load.random.uniform(0.1, 0.9))

    def join(self, seconds: float = 600) -> None:
        """Waits for so long, and a tenth of a second for each message."""
        self.thread.join(seconds + self.size / 10)
        if self.load.failure:
            raise self.load.failure
        assert not self.thread.is_alive(), f"the load stands at {self.published} of {self.size}"


def now() -> datetime:
    return datetime.now(timezone.utc)
