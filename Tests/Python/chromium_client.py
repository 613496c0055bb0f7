"""A headless Chromium, spoken to in its own protocol over a pipe: nothing but the browser is needed.

Requests and answers are texts of JSON, each followed by a zero byte (DevTools protocol, --remote-debugging-pipe).
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
# No wait, neither for the browser nor for the page, is longer.
SECONDS = 60


class Browser:
    """One browser with one page, and what the page complained of."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.input, child_output = os.pipe()
        child_input, self.output = os.pipe()
        # The browser reads from descriptor 3 and writes to descriptor 4; bash puts them there, from numbers above both.
        above = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (child_input, child_output)]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{above[0]} 4>&{above[1]}', PROGRAM, "--headless"]
            + ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
            + ["--remote-debugging-pipe", f"--user-data-dir={self.folder.name}", "--window-size=1100,900"],
            pass_fds=above,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for descriptor in (child_input, child_output, *above):
            os.close(descriptor)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.loads = 0
        self.requests: list[str] = []
        self.errors: list[str] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=SECONDS)
        os.close(self.input)
        os.close(self.output)
        self.folder.cleanup()

    def open(self, url: str) -> None:
        """Shows a page, and begins to listen for what it asks of servers and for its errors."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.load(url)

    def load(self, url: str) -> None:
        """Goes to another page, and waits until it is there."""
        self.loads = 0
        self.call("Page.navigate", url=url)
        self.wait_for_load()

    def wait_for_load(self) -> None:
        """Waits for the page that was asked for last, if it is not there yet."""
        while self.loads == 0:
            message = self.receive()
            self.note(message.get("method"), message.get("params", {}))
        self.loads = 0

    def evaluate(self, script: str):
        """What the script comes to in the page; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Waits until the condition holds, looking again whenever the document changes."""
        script = f"""new Promise(resolve => {{
            const holds = () => {{ try {{ return Boolean({condition}) }} catch {{ return false }} }};
            if (holds()) return resolve(true);
            const look = () => {{ if (holds()) {{ watcher.disconnect(); resolve(true) }} }};
            const watcher = new MutationObserver(look);
            watcher.observe(document, {{subtree: true, childList: true, characterData: true, attributes: true}});
            setTimeout(() => resolve(holds()), {(SECONDS - 5) * 1000});
        }})"""
        assert self.evaluate(script), f"does not come to hold: {condition}"

    def type(self, text: str) -> None:
        """Types with the keyboard into what has the focus."""
        for character in text:
            enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13} if character == "\r" else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=character, **enter)
            self.call("Input.dispatchKeyEvent", type="keyUp", **enter)

    def picture(self) -> bytes:
        """The page as a PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def call(self, method: str, **parameters) -> dict:
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.output, json.dumps(request).encode() + b"\0")
        while True:
            message = self.receive()
            if message.get("id") == self.number:
                assert "error" not in message, message["error"]
                return message["result"]
            self.note(message.get("method"), message.get("params", {}))

    def receive(self) -> dict:
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self.buffer:
            assert select.select([self.input], [], [], max(0, deadline - time.monotonic()))[0], "no answer"
            piece = os.read(self.input, 1 << 16)
            assert piece, "the browser has gone"
            self.buffer += piece
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def note(self, method: str | None, parameters: dict) -> None:
        if method == "Page.loadEventFired":
            self.loads += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(str(parameters["exceptionDetails"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.errors.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
