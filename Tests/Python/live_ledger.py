"""What operators do with the ledger, on both stores: nothing starts without one, and it is made, restored and pruned by command.

Needs the built executable, in SWITCHBOARD_TEST_BINARY, and for the half on PostgreSQL a server, in
SWITCHBOARD_TEST_POSTGRES_URL.
"""

import base64
import os
import re
import secrets
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")
SERVER = os.environ.get("SWITCHBOARD_TEST_POSTGRES_URL", "")
pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

KEYS = "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as finder:
        return finder.getsockname()[1]


def on_server(sql: str) -> None:
    subprocess.run(["psql", SERVER, "--quiet", "--command", sql], check=True, capture_output=True, timeout=60)


class Deployment:
    """A live deployment whose broker is away: what is asked here is decided before one is needed."""

    def __init__(self, folder: Path, ledger: str):
        self.folder, self.ledger = folder, ledger
        self.admin = f"127.0.0.1:{free_port()}"
        self.configuration = "apps: {shop: {}}\n"

    def environment(self) -> dict[str, str]:
        file = self.folder / "switchboard.yaml"
        file.write_text(self.configuration, encoding="utf-8")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SWITCHBOARD_", "TWILIO_"))}
        return inherited | {
            "SWITCHBOARD_MODE": "live",
            "SWITCHBOARD_CONFIG": str(file),
            "SWITCHBOARD_AMQP_URL": "amqp://recorder:none@127.0.0.1:1/switchboard",
            "SWITCHBOARD_LEDGER_URL": self.ledger,
            "SWITCHBOARD_TOKEN_KEYS": KEYS,
            "SWITCHBOARD_PUBLIC_URL": "https://switchboard.example.com",
            "SWITCHBOARD_ADMIN_LISTEN": self.admin,
        }

    def command(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [BINARY, *words],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def starts(self) -> bool:
        """Whether a recorder runs until it is asked to stop."""
        with open(self.folder / "log", "ab") as log:
            process = subprocess.Popen([BINARY, "run", "recorder"], env=self.environment(), stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    if requests.get(f"http://{self.admin}/health/live", timeout=30).status_code == 200:
                        process.terminate()
                        return process.wait(timeout=60) == 0
                except (requests.ConnectionError, requests.Timeout):
                    time.sleep(0.05)
            return False
        finally:
            process.kill()
            process.wait()


@pytest.fixture(params=["sqlite", "postgres"])
def deployment(request, tmp_path: Path):
    if request.param == "sqlite":
        yield Deployment(tmp_path, f"sqlite:{tmp_path}/ledger.sqlite")
        return
    if not SERVER:
        pytest.skip("no PostgreSQL")
    name = "ledger_" + secrets.token_hex(8)
    on_server(f"CREATE DATABASE {name}")
    yield Deployment(tmp_path, urlsplit(SERVER)._replace(path=f"/{name}").geturl())
    on_server(f"DROP DATABASE {name} WITH (FORCE)")


def test_nothing_starts_without_a_ledger(deployment: Deployment):
    done = deployment.command("run", "recorder")
    assert done.returncode == 78
    assert "SWITCHBOARD_LEDGER_URL" in done.stderr and "switchboard ledger init" in done.stderr
    assert not (deployment.folder / "ledger.sqlite").exists()
    for words in (["status"], ["restored"], ["prune"], ["prune", "--dry-run"], ["retire", "a"]):
        assert deployment.command("ledger", *words).returncode == 78, words


def test_an_empty_file_is_no_ledger(tmp_path: Path):
    deployment = Deployment(tmp_path, f"sqlite:{tmp_path}/ledger.sqlite")
    (tmp_path / "ledger.sqlite").touch()
    assert deployment.command("run", "recorder").returncode == 78
    assert deployment.command("ledger", "status").returncode == 78
    assert deployment.command("ledger", "init").returncode == 0
    assert deployment.starts()


def test_init_makes_one_once(deployment: Deployment):
    assert deployment.command("ledger", "init").returncode == 0
    again = deployment.command("ledger", "init")
    assert again.returncode == 1 and "nothing was changed" in again.stderr
    assert deployment.starts()


def test_restored_is_remembered(deployment: Deployment):
    deployment.command("ledger", "init")
    assert "restored" not in deployment.command("ledger", "status").stdout
    done = deployment.command("ledger", "restored")
    assert done.returncode == 0 and "unknown" in done.stdout
    assert re.search(r"^restored  \d{4}-\d\d-\d\dT", deployment.command("ledger", "status").stdout, re.MULTILINE)
    assert deployment.starts()


def test_prune_tells_what_it_removes(deployment: Deployment):
    deployment.command("ledger", "init")
    for words in (["--dry-run"], []):
        done = deployment.command("ledger", "prune", *words)
        assert done.returncode == 0, done.stderr
        rows = dict(line.split() for line in done.stdout.splitlines())
        assert rows == dict.fromkeys(
            ["message", "provider_id", "decision", "conversation", "evidence", "bridge", "traffic"], "0"
        )
    assert re.search(r"^pruned    \d{4}-", deployment.command("ledger", "status").stdout, re.MULTILINE)


def test_a_ledger_that_would_forget_too_early_stops_the_start(deployment: Deployment):
    deployment.command("ledger", "init")
    deployment.configuration += "ledger: {retention: {messageDays: 39}}\n"
    done = deployment.command("run", "recorder")
    assert done.returncode == 78 and "ledger.retention.messageDays" in done.stderr


PERSON, SERVICE = "+14155550132", "MG" + "5" * 32


def write(deployment: Deployment, name: str, text: str) -> str:
    path = deployment.folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_consent_is_changed_and_shown(deployment: Deployment):
    assert deployment.command("consent", "show", PERSON).returncode == 78
    deployment.command("ledger", "init")
    assert deployment.command("consent", "show", PERSON).stdout == ""
    for words in (["revoke", PERSON], ["revoke", "4155550132", "--everything"], ["grant", PERSON, "--everything"]):
        assert deployment.command("consent", *words).returncode == 64, words
    done = deployment.command("consent", "revoke", PERSON, "--program", SERVICE, "--evidence", "ticket-7")
    assert done.returncode == 0, done.stderr
    assert re.match(rf"revoked  \S+  {SERVICE}  ticket-7\n$", deployment.command("consent", "show", PERSON).stdout)
    late = ["--program", SERVICE, "--evidence", "form-1", "--at", "2020-01-01T00:00:00Z"]
    assert deployment.command("consent", "grant", PERSON, *late).returncode == 1
    assert deployment.command("consent", "grant", PERSON, *late[:-2]).returncode == 0
    assert deployment.command("consent", "show", "whatsapp:" + PERSON).stdout.startswith("granted ")
    assert deployment.starts()


def test_consent_moves_to_another_ledger(deployment: Deployment, tmp_path: Path):
    deployment.command("ledger", "init")
    rows = [f"+1415555{number:04},revoked,2026-01-02T03:04:05Z,{SERVICE}" for number in range(2500)]
    listed = write(deployment, "list.csv", "to,kind,at,program\n" + "\n".join(rows) + "\n")
    done = deployment.command("consent", "import", "--dry-run", listed)
    assert done.returncode == 0 and "2500 lines" in done.stdout, done.stderr
    assert deployment.command("consent", "export").stdout == ""
    done = deployment.command("consent", "import", listed)
    assert done.returncode == 0 and done.stdout.startswith("2500 recorded, 0 "), done.stderr
    assert deployment.command("consent", "import", listed).stdout.startswith("0 recorded, 2500 ")
    exported = deployment.command("consent", "export").stdout
    assert len(exported.splitlines()) == 2500 and "415555" not in exported
    assert "import:list.csv:2" in exported
    other = Deployment(tmp_path, f"sqlite:{tmp_path}/other.sqlite")
    assert other.command("ledger", "init").returncode == 0
    assert other.command("consent", "import", write(other, "export.jsonl", exported)).returncode == 0
    assert sorted(other.command("consent", "export").stdout.splitlines()) == sorted(exported.splitlines())
    assert other.command("consent", "show", "+14155550007").stdout.startswith("revoked ")


def test_answers_on_reassigned_numbers_are_recorded(deployment: Deployment):
    deployment.command("ledger", "init")
    text = "number,date,answer\n4155550132,20260301,no data\n(415) 555-0133,2026-03-01,yes\n+14155550134,20260301,no\n"
    # What would be taken for another file, or for a newer answer.
    assert deployment.command("consent", "reassigned", write(deployment, "bare.csv", "4155550132,20260301,yes\n")).returncode == 1
    for content in ("", "number,date,answer\n", text, '[{"number":"4155550132"}]'):
        assert deployment.command("consent", "reassigned", write(deployment, "bad.csv", content)).returncode == 1, content
    listed = write(deployment, "answers.csv", text)
    asked = ["--asked-at", "2026-04-01T08:00:00Z"]
    done = deployment.command("consent", "reassigned", "--dry-run", *asked, listed)
    assert done.returncode == 0 and done.stdout == "3 lines can be recorded\n", done.stderr
    assert deployment.command("consent", "reassigned", "--asked-at", "2099-01-01T00:00:00Z", listed).returncode == 64
    done = deployment.command("consent", "reassigned", *asked, listed)
    assert done.returncode == 0 and done.stdout.startswith("3 recorded, 0 "), done.stderr
    assert deployment.command("consent", "reassigned", *asked, listed).stdout.startswith("0 recorded, 3 ")
    shown = deployment.command("consent", "show", "+14155550133").stdout
    assert shown == "disconnected on 2026-03-01 or later: yes, asked at 2026-04-01T08:00:00.000Z\n"
    assert "no-data" in deployment.command("consent", "show", PERSON).stdout
    later = write(deployment, "later.jsonl", '{"number":"4155550133","date":"20260301","answer":"NO","at":"2026-05-01T08:00:00Z"}\n')
    assert deployment.command("consent", "reassigned", later).stdout.startswith("1 recorded")
    assert ": no, asked" in deployment.command("consent", "show", "+14155550133").stdout
    assert ": yes" not in deployment.command("consent", "show", "+14155550133").stdout
    wrong = write(deployment, "wrong.csv", "number,date,answer\n4155550132,20260301,perhaps\n+4930123456,20260301,no\n")
    done = deployment.command("consent", "reassigned", *asked, wrong)
    assert done.returncode == 1 and "line 2: answer" in done.stderr and "line 3: number" in done.stderr
    assert "nothing was recorded" in done.stderr and "4155550132" not in done.stderr and "4930123456" not in done.stderr
    listed = deployment.command("audit", "list").stdout
    assert listed.count("consent.reassigned.begun") == 3 and "4155550" not in listed
    assert deployment.command("audit", "verify").returncode == 0


def test_a_file_with_mistakes_is_not_imported(deployment: Deployment):
    deployment.command("ledger", "init")
    text = f"to,kind,at,program\n{PERSON},revoked,2026-01-02T03:04:05Z,*\n{PERSON},stop,2026-01-02T03:04:05Z,*\n"
    done = deployment.command("consent", "import", write(deployment, "list.csv", text))
    assert done.returncode == 1
    assert "line 3: kind" in done.stderr and "nothing was recorded" in done.stderr and PERSON not in done.stderr
    assert deployment.command("consent", "export").stdout == ""
    assert deployment.command("consent", "import", str(deployment.folder / "none.csv")).returncode == 1


def test_an_interrupted_import_is_begun_anew(deployment: Deployment):
    deployment.command("ledger", "init")
    rows = [f"+1415{number:07},revoked,2026-01-02T03:04:05Z,*" for number in range(20000)]
    listed = write(deployment, "list.csv", "to,kind,at,program\n" + "\n".join(rows) + "\n")
    process = subprocess.Popen(
        [BINARY, "consent", "import", listed], env=deployment.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while not deployment.command("consent", "export").stdout and time.monotonic() < deadline:
        assert process.poll() is None
    process.kill()
    process.communicate()
    done = deployment.command("consent", "import", listed)
    recorded, stood = map(int, re.match(r"(\d+) recorded, (\d+) stood", done.stdout).groups())
    assert recorded + stood == 20000 and stood > 0
    assert len(deployment.command("consent", "export").stdout.splitlines()) == 20000
