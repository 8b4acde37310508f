"""The commands for a cluster, as processes, without one: exit codes, secrets, JSON."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


def test_unreachable(nobody: str) -> None:
    done = modgo("modules", "--hosts", nobody)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        f"Error: no node of the cluster can be reached: nothing listens at {nobody}"
    )
    assert done.stderr.splitlines()[1].startswith("Help: check that the server runs")


def test_unreachable_as_json(nobody: str) -> None:
    done = modgo("undeploy", "counters", "--hosts", nobody, "--json")
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert (report["ok"], report["error"]["kind"]) == (False, "usage")
    assert f"nothing listens at {nobody}" in report["error"]["message"]


def test_hosts_may_come_from_the_environment(nobody: str) -> None:
    assert f"nothing listens at {nobody}" in modgo("modules", AEROSPIKE_HOSTS=nobody).stderr
    assert "Missing option '--hosts'" in modgo("modules").stderr


def test_the_file_is_checked_before_connecting(nobody: str, tmp_path: Path) -> None:
    path = tmp_path / "counters.so"
    path.write_text("no module")
    done = modgo("deploy", str(path), "--hosts", nobody)
    assert done.returncode == 1
    assert "counters.so is not a UDF module: it" in done.stderr
    done = modgo("deploy", str(tmp_path / "my.counters.so"), "--hosts", nobody)
    assert (done.returncode, "has two dots" in done.stderr) == (2, True)


def test_arguments_and_key_are_checked_before_connecting(nobody: str) -> None:
    key = '["test", "demo", 1]'
    done = modgo("apply", "calls", "echo", '{"$bytes": "?"}', "--hosts", nobody, "--key", key)
    assert done.returncode == 2
    assert (
        "argument 1 is not JSON that modgo understands (argument.$bytes: must be a string of" in done.stderr
    )
    done = modgo("apply", "calls", "echo", "--hosts", nobody, "--key", "k1")
    assert (done.returncode, "key:1:1: not JSON" in done.stderr) == (2, True)
    assert "nothing listens" in modgo("apply", "calls", "echo", "-1", "--hosts", nobody, "--key", key).stderr


def test_secrets_come_from_the_environment_or_a_file(nobody: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    options = ("modules", "--hosts", nobody, "--user", "ops")
    assert "nothing listens" in modgo(*options, "--password", "env:SECRET", SECRET="hush").stderr
    assert "nothing listens" in modgo(*options, "--password", f"file:{tmp_path / 'secret'}").stderr
    assert "nothing listens" in modgo(*options, AEROSPIKE_PASSWORD="hush").stderr
    done = modgo(*options, "--password", "hush")
    assert done.returncode == 2
    assert "--password does not take the secret itself" in done.stderr
    assert "hush" not in done.stderr
    assert (
        "the environment variable NOWHERE is not set" in modgo(*options, "--password", "env:NOWHERE").stderr
    )
    assert "the password of ops is missing" in modgo(*options).stderr
    assert "--password needs --user" in modgo("modules", "--hosts", nobody, "--password", "env:HOME").stderr


def test_tls_files_must_exist(nobody: str, tmp_path: Path) -> None:
    done = modgo("modules", "--hosts", nobody, "--tls-cafile", str(tmp_path / "ca.pem"))
    assert (done.returncode, "ca.pem does not exist" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "no record is given"),
        (("--namespace", "test", "--key", '["a", "b", 1]'), "--namespace needs --stream"),
        (("--set", "demo", "--key", '["a", "b", 1]'), "--set needs --stream"),
        (("--module", "x.so", "--key", '["a", "b", 1]'), "--module needs --stream"),
        (("--stream",), "--stream needs --namespace"),
        (("--stream", "--namespace", "test"), "--stream needs --module"),
        (
            ("--stream", "--namespace", "test", "--key", '["a", "b", 1]'),
            "--key cannot be combined with --stream",
        ),
    ],
)
def test_options_that_cannot_be_combined(nobody: str, options: tuple[str, ...], message: str) -> None:
    done = modgo("apply", "calls", "total", "--hosts", nobody, *options)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


def test_names_that_the_client_s_own_lua_needs(nobody: str) -> None:
    done = modgo(
        "apply", "calls", "stream", "--hosts", nobody, "--stream", "--namespace", "t", "--module", "x.so"
    )
    assert (done.returncode, "needs the name stream for its own Lua" in done.stderr) == (2, True)
