"""The server starts the same way by every name, on stdio and on a socket."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from modgo_lsp.server.lsp.methods import COMMANDS
from tests.server.language_client import LanguageServer

from .conftest import ROOT

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"capabilities": {}, "processId": None},
}
GOODBYE = ({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}, {"jsonrpc": "2.0", "method": "exit"})
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def send(stream: BinaryIO, *messages: dict[str, Any]) -> None:
    for message in messages:
        body = json.dumps(message).encode()
        stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stream.flush()


def receive(stream: BinaryIO, id_: int) -> dict[str, Any]:
    """The answer with that id. Messages before it are ignored."""
    length = 0
    while line := stream.readline():
        if line.startswith(b"Content-Length:"):
            length = int(line.split(b":")[1])
        elif line == b"\r\n":
            message: dict[str, Any] = json.loads(stream.read(length))
            if message.get("id") == id_:
                return message
    raise AssertionError("the server ended without an answer")


@pytest.mark.parametrize(
    "command", [["modgo_lsp.server.main"], ["modgo_lsp", "lsp"], ["modgo_lsp", "lsp", "--stdio"]]
)
def test_every_name_serves_stdio(command):
    with subprocess.Popen(
        [sys.executable, "-m", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as server:
        send(server.stdin, INITIALIZE)
        answer = receive(server.stdout, 1)["result"]
        assert answer["serverInfo"]["name"] == "modgo-lsp"
        commands = answer["capabilities"]["executeCommandProvider"]["commands"]
        assert set(commands) == set(COMMANDS)
        assert answer["capabilities"]["textDocumentSync"]["change"] == 2
        send(server.stdin, *GOODBYE)
        assert server.wait(10) == 0


def notified(server: LanguageServer, method: str) -> list[dict[str, Any]]:
    """The parameters of this method's notifications since the last time."""
    server.request("workspace/executeCommand", {"command": "modgo.status"})
    found = [each["params"] for each in server.notifications if each["method"] == method]
    server.notifications.clear()
    return found


def test_messages_are_traced_as_the_client_sets(module):
    server = LanguageServer([sys.executable, "-m", "modgo_lsp.server.main"], module, ENVIRONMENT)
    server.initialize(trace="off")
    assert notified(server, "$/logTrace") == []
    server.notify("$/setTrace", {"value": "messages"})
    server.diagnostics(server.open(module / "stats.go"), 1, count=0)
    traced = notified(server, "$/logTrace")
    assert {"received textDocument/didOpen", "sent textDocument/publishDiagnostics"} <= {
        each["message"] for each in traced
    }
    assert not any("verbose" in each for each in traced)
    server.notify("$/setTrace", {"value": "verbose"})
    assert any("modgo.status" in each.get("verbose", "") for each in notified(server, "$/logTrace"))
    server.notify("$/setTrace", {"value": "off"})
    assert notified(server, "$/logTrace") == []
    server.close()


def test_the_log_level_is_a_setting(module):
    server = LanguageServer([sys.executable, "-m", "modgo_lsp.server.main"], module, ENVIRONMENT)
    server.initialize()

    def logged(level: object) -> list[int]:
        server.notify("workspace/didChangeConfiguration", {"settings": {"modgo": {"log": {"level": level}}}})
        server.notify("textDocument/didOpen", {"textDocument": 7})  # this logs a warning
        return [each["type"] for each in notified(server, "window/logMessage")]

    assert logged("info") == [2]
    assert logged("error") == []
    assert logged("off") == []
    assert logged("") == [2]
    server.notify("workspace/didChangeConfiguration", {"settings": {"modgo": {"log": {"level": "loud"}}}})
    assert "loud" in notified(server, "window/showMessage")[0]["message"]
    server.close()


def test_only_the_server_writes_to_standard_output():
    noise = """
import os, subprocess
from modgo_lsp.server.main import _protocol_streams
stdin, stdout = _protocol_streams()
print("noise")
os.write(1, b"noise")
subprocess.run(["cat"], check=True)
stdout.write(stdin.read())
stdout.flush()
"""
    done = subprocess.run(
        [sys.executable, "-c", noise], input=b"protocol", capture_output=True, env=ENVIRONMENT, timeout=30
    )
    assert done.stdout == b"protocol"
    assert done.stderr.count(b"noise") == 2


@pytest.mark.parametrize("command", [["modgo_lsp", "lsp"], ["modgo_lsp.server.main"]])
def test_the_server_serves_on_a_socket(command, tmp_path):
    path = tmp_path / "modgo.socket"
    started = [sys.executable, "-m", *command, "--pipe", str(path)]
    with subprocess.Popen(started, env=ENVIRONMENT, umask=0) as server:
        connection = connected(path)
        with connection, connection.makefile("rwb") as stream:
            send(stream, INITIALIZE)
            assert "capabilities" in receive(stream, 1)["result"]
            assert not path.exists()
            send(stream, GOODBYE[0])
            receive(stream, 2)
            send(stream, GOODBYE[1])
            assert server.wait(10) == 0


def test_only_the_user_can_open_the_socket(tmp_path):
    path = tmp_path / "modgo.socket"
    command = [sys.executable, "-m", "modgo_lsp", "lsp", "--pipe", str(path)]
    with subprocess.Popen(command, env=ENVIRONMENT, umask=0) as server:
        until(path.exists)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 130
    assert not path.exists()


def test_a_connected_server_ends_by_a_signal_as_any_other(tmp_path):
    path = tmp_path / "modgo.socket"
    command = [sys.executable, "-m", "modgo_lsp", "lsp", "--pipe", str(path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as server:
        connection = connected(path)
        with connection, connection.makefile("rwb") as stream:
            send(stream, INITIALIZE)
            receive(stream, 1)
            server.send_signal(signal.SIGTERM)
            assert server.wait(10) == -signal.SIGTERM
        assert server.stderr.read() == ""


def test_a_web_page_reaches_nothing(tmp_path):
    path = tmp_path / "modgo.socket"
    command = [sys.executable, "-m", "modgo_lsp", "lsp", "--pipe", str(path)]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as server:
        connection = connected(path)
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"POST / HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n")
            with suppress(BrokenPipeError):
                send(stream, INITIALIZE)
            with suppress(ConnectionResetError):
                assert stream.read() == b""
        assert server.wait(10) == 1
        printed = server.stderr.read()
    assert printed.count("\n") == 1
    assert "the connection is closed: 'POST / HTTP/1.1" in printed


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda folder: folder.chmod(0o777), "everybody can write to"),
        (lambda folder: folder.chmod(0o1777), None),
        (lambda folder: folder.rmdir(), "No such file"),
        (lambda folder: (folder / "s").touch(), "Address already in use"),
        (lambda folder: (folder / "s").symlink_to("elsewhere"), "Address already in use"),
    ],
)
def test_the_socket_must_be_in_a_folder_of_the_user(tmp_path, prepare, words):
    folder = tmp_path / "folder"
    folder.mkdir()
    prepare(folder)
    command = [sys.executable, "-m", "modgo_lsp", "lsp", "--pipe", str(folder / "s")]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as server:
        if words is None:  # of the user's own, with the sticky bit: nobody else can rename what is in it
            until((folder / "s").exists)
            server.kill()
            return
        printed = server.communicate(timeout=20)[1]
    assert server.returncode == 2
    assert words in printed
    assert "name a file that doesn't exist, in a folder of yours" in printed
    assert "Traceback" not in printed


def test_the_socket_is_not_made_in_a_folder_of_all_users():
    if os.geteuid() == 0:
        pytest.skip("/tmp is root's own")
    command = [sys.executable, "-m", "modgo_lsp.server.main", "--pipe", "/tmp/modgo.socket"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "/tmp is not yours" in done.stderr


def until(condition):
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def connected(path: Path) -> socket.socket:
    until(path.exists)
    connection = socket.socket(socket.AF_UNIX)
    end = time.monotonic() + 15
    while True:
        try:
            connection.connect(str(path))
            return connection
        except ConnectionRefusedError:  # it is bound and doesn't listen yet
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.mark.parametrize("wrong", [["--tcp", "1"], ["--pipe", "x", "--stdio"], ["--pipe"], ["extra"]])
@pytest.mark.parametrize("command", [["modgo_lsp", "lsp"], ["modgo_lsp.server.main"]])
def test_wrong_usage_is_explained(wrong, command):
    done = subprocess.run(
        [sys.executable, "-m", *command, *wrong], env=ENVIRONMENT, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_both_commands_describe_the_options_alike():
    described = []
    for command in ["modgo_lsp", "lsp"], ["modgo_lsp.server.main"]:
        done = subprocess.run(
            [sys.executable, "-m", *command, "--help"], env=ENVIRONMENT, capture_output=True, text=True
        )
        described.append(re.findall(r"^  (--(?:pipe PATH|stdio)) +(\S.*)", done.stdout, re.MULTILINE))
    assert len(described[0]) == 2
    assert described[0] == described[1]


@contextmanager
def served(process_id, *more):
    """A server that knows the editor's process, and has got the messages `more`."""
    command = [sys.executable, "-m", "modgo_lsp", "lsp"]
    params = {**INITIALIZE["params"], "processId": process_id}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as server:
        send(server.stdin, {**INITIALIZE, "params": params}, *more)
        yield server


def test_it_ends_with_the_editor_even_if_its_input_stays_open():
    editor = subprocess.Popen(["sleep", "60"])
    with served(editor.pid) as server:
        receive(server.stdout, 1)
        assert server.poll() is None
        editor.kill()
        assert server.wait(timeout=20) == 1
        editor.wait()


@pytest.mark.parametrize("number", [2**22 + 7, 0, -1, 2**70])
def test_a_process_id_that_does_not_exist_is_ignored(number):
    with served(number, *GOODBYE) as server:
        receive(server.stdout, 2)
        assert server.wait(timeout=20) == 0
