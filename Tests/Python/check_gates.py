"""Shows each gate of Scripts/test something bad: a gate that cannot go red guards nothing. Needs no broker."""

import shutil
import subprocess
from pathlib import Path

import pytest

from topology import ROOT

LIBRARIES = ROOT / "Scripts" / "lib"
GOOD_SWIFT = "/// A number.\npublic let number = 1\n"
CASE = '<testcase classname="Suite" name="{name}" time="0.1">{inside}</testcase>'


def bash(*, libraries: list[str], command: str, arguments: list[str]) -> subprocess.CompletedProcess:
    sources = "".join(f'source "{LIBRARIES}/{name}.sh"\n' for name in ["common", *libraries])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'{sources}{command} "$@"', "bash", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (GOOD_SWIFT, True),
        ("public let number = 1\n", False),
        ("/// A number.\npublic let number   =   1\n", False),
        ('/// A number.\npublic let number = Int("1")!\n', False),
    ],
    ids=["good", "undocumented", "badly spaced", "force unwrap"],
)
def test_the_swift_gate(tmp_path: Path, text: str, passes: bool):
    if not shutil.which("swift"):
        pytest.skip("no Swift toolchain")
    file = tmp_path / "Number.swift"
    file.write_text(text, encoding="utf-8")
    result = bash(libraries=["lint"], command="lint_swift", arguments=[str(file)])
    assert (result.returncode == 0) == passes, result.stderr


@pytest.mark.parametrize(
    ("text", "passes"),
    [('echo "$1"\n', True), ("echo $1\n", False), ("if then\n", False)],
    ids=["good", "unquoted", "not a script"],
)
def test_the_shell_gate(tmp_path: Path, text: str, passes: bool):
    file = tmp_path / "script"
    file.write_text(f"#!/usr/bin/env bash\n{text}", encoding="utf-8")
    result = bash(libraries=["lint"], command="lint_shell", arguments=[str(file)])
    assert (result.returncode == 0) == passes, result.stdout


def test_the_shell_gate_looks_at_every_script():
    listed = bash(libraries=["lint"], command="shell_scripts", arguments=[]).stdout.split()
    names = {Path(path).relative_to(ROOT).as_posix() for path in listed}
    assert {"Scripts/run", "Scripts/test", "Scripts/broker", ".ci/run"} <= names


def summary(tmp_path: Path, *, status: int, report: str | None) -> subprocess.CompletedProcess:
    path = tmp_path / "report.xml"
    if report is not None:
        path.write_text(report, encoding="utf-8")
    results = tmp_path / "results"
    results.write_text(f"lint\t1\t0\t-\nunit\t3\t{status}\t{path}\n", encoding="utf-8")
    return subprocess.run(
        ["python3", str(LIBRARIES / "summary.py"), str(results)], capture_output=True, text=True, check=False
    )


def report(*cases: str) -> str:
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


PASSED = CASE.format(name="a", inside="")
FAILED = CASE.format(name="b", inside='<failure message="x"/>')
SKIPPED = CASE.format(name="c", inside="<skipped/>")


def test_the_summary_adds_up(tmp_path: Path):
    result = summary(tmp_path, status=0, report=report(PASSED, PASSED, SKIPPED))
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == "3 passed, 0 failed, 1 skipped"


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (1, report(PASSED, FAILED), "FAILED Suite b"),
        (0, report(PASSED, FAILED), "FAILED Suite b"),
        (139, report(PASSED), "crashed or hung"),
        (124, None, "no readable report"),
        (0, "<testsuites>", "no readable report"),
        (0, report(), "no test was run"),
        (0, report(SKIPPED), "no test was run"),
    ],
    ids=["a failed test", "a failed test that nobody noticed", "crash", "hang", "half a report", "nothing", "skipped"],
)
def test_the_summary_goes_red(tmp_path: Path, status: int, text: str | None, said: str):
    result = summary(tmp_path, status=status, report=text)
    assert result.returncode == 1
    assert said in result.stdout
    assert " passed, 1 failed" in result.stdout.splitlines()[-1]


def test_a_tier_that_fails_is_recorded_and_the_others_still_run(tmp_path: Path):
    command = f"LOGS={tmp_path} RESULTS={tmp_path}/results; tier bad - false; tier"
    assert bash(libraries=["tiers"], command=command, arguments=["good", "-", "true"]).returncode == 0
    lines = [line.split("\t") for line in (tmp_path / "results").read_text(encoding="utf-8").splitlines()]
    assert [(line[0], line[2]) for line in lines] == [("bad", "1"), ("good", "0")]


def test_a_tier_that_hangs_is_ended(tmp_path: Path):
    command = f"LOGS={tmp_path} RESULTS={tmp_path}/results TIER_SECONDS=1; tier"
    bash(libraries=["tiers"], command=command, arguments=["slow", "-", "sleep", "60"])
    assert (tmp_path / "results").read_text(encoding="utf-8").split("\t")[2] == "124"


def test_the_compose_file_is_one():
    """Checked by docker-compose, which needs no engine for that."""
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed")
    result = subprocess.run(
        ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_the_clean_up_goes_to_its_end_after_a_signal(tmp_path: Path):
    """In a trap a bare `return` gives the status from before the trap, with which `set -e` ends the clean-up."""
    script = f"""
        source "{LIBRARIES}/common.sh"
        STARTED_BELOW={tmp_path} sleep 60 & echo $! >{tmp_path}/pid
        waited=''
        trap 'end_process {tmp_path}/pid STARTED_BELOW={tmp_path} 5; kill $waited; echo cleaned' EXIT
        trap 'exit 143' TERM
        until_true 5 process_alive {tmp_path}/pid STARTED_BELOW={tmp_path}
        sleep 60 & waited=$!
        echo ready
        wait $waited
    """
    process = subprocess.Popen(["bash", "-euo", "pipefail", "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    assert process.stdout.readline() == "cleaned\n"
    assert process.wait(timeout=10) == 143
    process.stdout.close()
