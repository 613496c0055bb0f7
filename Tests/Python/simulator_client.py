"""The simulator as its users see it: Twilio's own package against it, and a person's phone."""

import os
import secrets
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

SENDER = os.environ.get("SWITCHBOARD_TEST_SENDER", "+15005550006")
LANDLINE = "+15005550106"
given_phones: set[str] = set()


def setting(name: str) -> str:
    return os.environ[f"SWITCHBOARD_TEST_{name}"]


class SimulatorTransport(TwilioHttpClient):
    """Sends what is meant for api.twilio.com to the simulator; everything else of the package is as shipped."""

    def request(self, method, url, *arguments, **keywords):
        simulator, twilio = urlsplit(setting("SIMULATOR_URL")), urlsplit(url)
        assert twilio.hostname == "api.twilio.com", twilio.hostname
        url = urlunsplit((simulator.scheme, simulator.netloc, twilio.path, twilio.query, ""))
        return super().request(method, url, *arguments, **keywords)


def twilio_client() -> Client:
    return Client(setting("ACCOUNT_SID"), setting("AUTH_TOKEN"), http_client=SimulatorTransport())


def twilio_validator() -> RequestValidator:
    return RequestValidator(setting("AUTH_TOKEN"))


def new_phone() -> str:
    """A number that nobody wrote to before: who said STOP in one test must not be asked in another."""
    while (phone := f"+1415555{secrets.randbelow(9000) + 1000}") in given_phones:
        pass
    given_phones.add(phone)
    return phone


def program(number: str, outcome: str) -> None:
    """What becomes of messages to a number from now on: a name of Sources/Simulator/Outcome.swift."""
    answer = requests.post(
        f"{setting('SIMULATOR_URL')}/simulator/outcomes", json={"number": number, "outcome": outcome}, timeout=10
    )
    assert answer.status_code == 204, answer.text


def reply(phone: str, body: str) -> None:
    """The person with this phone types an answer to the sender."""
    answer = requests.post(
        f"{setting('SIMULATOR_URL')}/phones/{quote(phone, safe='')}/replies",
        data={"To": SENDER, "Body": body},
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code < 400, answer.status_code


def messages_to(phone: str) -> list:
    """What an app really had sent, by the provider's own list; its own answer to STOP is not among them."""
    return [message for message in twilio_client().messages.list(to=phone) if message.direction == "outbound-api"]
