"""The simulator's page in a headless Chromium, as a person uses it: reads a message, types STOP, sees what came of it.

Needs a running simulator whose inbound webhook is answered. SWITCHBOARD_TEST_PICTURE names a file for a picture of the
page.
"""

import os
import pathlib
from urllib.parse import quote

import pytest
from twilio.base.exceptions import TwilioRestException

from chromium_client import PROGRAM, Browser
from simulator_client import SENDER, new_phone, setting, twilio_client

pytestmark = [
    pytest.mark.skipif("SWITCHBOARD_TEST_SIMULATOR_URL" not in os.environ, reason="no running simulator"),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium"),
]

HOSTILE = "Sale: 20 % off <img src=x onerror=\"document.title='broken'\"> & more. Reply STOP to end."


@pytest.fixture(name="browser")
def fixture_browser():
    with Browser() as browser:
        yield browser
        if "SWITCHBOARD_TEST_PICTURE" in os.environ:
            pathlib.Path(os.environ["SWITCHBOARD_TEST_PICTURE"]).write_bytes(browser.picture())
        # No breach of the content security policy, no exception, nothing from another server.
        assert [error for error in browser.errors if "favicon.ico" not in error] == []
        assert [url for url in browser.requests if not url.startswith(setting("SIMULATOR_URL") + "/")] == []


def send(phone: str, body: str) -> None:
    twilio_client().messages.create(to=phone, from_=SENDER, body=body)


def test_a_person_reads_and_says_stop(browser):
    phone = new_phone()
    send(phone, HOSTILE)
    browser.open(f"{setting('SIMULATOR_URL')}/?q={phone[1:]}")
    card = f"document.querySelector('[data-phone=\"{quote(phone, safe='')}\"]')"
    browser.wait(f"{card}.querySelector('.in .text').textContent === {HOSTILE!r}")
    browser.wait(f"{card}.querySelector('.in b').textContent === 'delivered'")
    assert browser.evaluate("document.images.length") == 0
    assert browser.evaluate("document.title") != "broken"

    # What one types outlives a message that arrives meanwhile.
    browser.evaluate(f"{card}.querySelector('input[name=Body]').focus()")
    browser.type("ST")
    send(phone, "Another one")
    browser.wait(f"{card}.textContent.includes('Another one')")
    browser.type("OP")
    assert browser.evaluate("document.activeElement.value") == "STOP"
    browser.type("\r")
    browser.wait(f"{card}.querySelector('.out .text').textContent === 'STOP'")
    browser.wait(f"{card}.querySelector('.out .state').textContent.includes('answered 2')")
    browser.wait(f"{card}.querySelector('header').textContent.includes('stopped')")
    assert browser.evaluate(f"{card}.querySelector('input[name=Body]').value") == ""
    with pytest.raises(TwilioRestException) as caught:
        send(phone, "One more")
    assert caught.value.code == 21610

    browser.evaluate(f"{card}.querySelector('button[value=START]').click()")
    browser.wait(f"!{card}.querySelector('header').textContent.includes('stopped')")
    send(phone, "Welcome back")
    browser.wait(f"{card}.textContent.includes('Welcome back')")


def test_without_scripts_the_form_leads_back_to_the_phone(browser):
    phone = new_phone()
    send(phone, "Hello")
    browser.open(f"{setting('SIMULATOR_URL')}/?q={phone[1:]}")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.load(f"{setting('SIMULATOR_URL')}/?q={phone[1:]}")
    browser.evaluate("document.querySelector('input[name=Body]').focus()")
    browser.type("Thanks\r")
    browser.wait_for_load()
    assert browser.evaluate("location.pathname") == f"/phones/{quote(phone, safe='')}"
    assert browser.evaluate("document.querySelector('.out .text').textContent") == "Thanks"
