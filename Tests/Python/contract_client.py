"""A client of Switchboard that knows only the wire contract: an app that publishes send requests, and a subscriber.

    contract_client.py APP CLASS PURPOSE TO BODY

publishes one request as APP, prints every event about it as a line of JSON, and ends with the final one. It takes the
broker's addresses from SWITCHBOARD_TEST_<APP>_AMQP_URL and SWITCHBOARD_TEST_OPS_AMQP_URL.
"""

import json
import os
import secrets
import sys
import time
from dataclasses import dataclass

import pika

SECONDS = 30


def url(user: str) -> str:
    return os.environ[f"SWITCHBOARD_TEST_{user.upper()}_AMQP_URL"]


def connect(user: str) -> pika.BlockingConnection:
    return pika.BlockingConnection(pika.URLParameters(url(user)))


@dataclass
class Delivery:
    """An event as it arrived."""

    key: str
    properties: pika.BasicProperties
    event: dict

    @property
    def data(self) -> dict:
        return self.event["data"]


class App:
    """Publishes send requests as one app, each confirmed by the broker before `publish` returns."""

    def __init__(self, name: str):
        self.name = name
        self.connection = connect(name)
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()

    def publish(
        self,
        request: dict | bytes,
        *,
        klass: str = "transactional",
        purpose: str = "order-shipped",
        message_id: str | None = "",
        key: str | None = None,
        **properties,
    ) -> str | None:
        """Publishes one request and returns its message id: a fresh one unless given, none for None."""
        message_id = f"t-{secrets.token_hex(8)}" if message_id == "" else message_id
        self.channel.basic_publish(
            "send",
            key or f"{klass}.{self.name}.{purpose}",
            request if isinstance(request, bytes) else json.dumps(request).encode(),
            pika.BasicProperties(
                **{
                    "message_id": message_id,
                    "user_id": self.name,
                    "content_type": "application/json",
                    "delivery_mode": 2,
                    **properties,
                }
            ),
            mandatory=True,
        )
        return message_id

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


class Events:
    """A queue of our own on the redacted events, as `switchboard tail` makes one."""

    def __init__(self, *patterns: str):
        self.connection = connect("ops")
        self.channel = self.connection.channel()
        self.queue = f"tail.{secrets.token_hex(8)}"
        self.channel.queue_declare(self.queue, exclusive=True, auto_delete=True)
        for pattern in patterns or ("#",):
            self.channel.queue_bind(self.queue, "events", pattern)
        self.seen: list[Delivery] = []
        self.channel.basic_consume(self.queue, self.take, auto_ack=True)

    def take(self, _, method, properties, body) -> None:
        self.seen.append(Delivery(method.routing_key, properties, json.loads(body)))

    def of(self, subject: str) -> list[Delivery]:
        return [delivery for delivery in self.seen if delivery.event["subject"] == subject]

    def until(self, wanted, seconds: float = SECONDS) -> Delivery:
        """Waits for the first event, among those that came already too, for which `wanted` is true."""
        deadline = time.monotonic() + seconds
        looked = 0
        while True:
            for delivery in self.seen[looked:]:
                if wanted(delivery):
                    return delivery
            looked = len(self.seen)
            left = deadline - time.monotonic()
            if left <= 0:
                came = [f"{delivery.key} {delivery.data.get('status')}" for delivery in self.seen]
                raise TimeoutError(f"not within {seconds} s; what came: {came}")
            self.connection.process_data_events(time_limit=left)

    def final(self, subject: str, seconds: float = SECONDS) -> Delivery:
        """Waits for the final event of a message."""
        return self.until(lambda d: d.event["subject"] == subject and d.data.get("isFinal"), seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def main(app: str, klass: str, purpose: str, to: str, body: str) -> None:
    with Events() as events, App(app) as publisher:
        message_id = publisher.publish({"to": to, "body": body}, klass=klass, purpose=purpose)
        events.final(message_id)
        for delivery in events.of(message_id):
            print(json.dumps(delivery.event))


if __name__ == "__main__":
    main(*sys.argv[1:])
