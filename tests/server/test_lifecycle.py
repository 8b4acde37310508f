"""How a session begins and ends."""

from __future__ import annotations

from pathlib import Path

from tests.server.language_client import PUSHED, LanguageServer

from .stdio import Start, status


def test_a_build_asked_for_just_before_shutdown_is_cancelled(start: Start, module: Path) -> None:
    server = start()
    status(server)  # the next command is begun as soon as it is read
    parameters = {"command": "modgo.build", "arguments": [{"uri": module.as_uri()}]}
    build = server.ask("workspace/executeCommand", parameters)
    assert server.request("shutdown", None) is None
    assert server.answer(build, 5)["error"]["code"] == -32800
    assert not (module / "stats.so").exists()


def logged(server: LanguageServer) -> str:
    messages = [each for each in server.notifications if each["method"] == "window/logMessage"]
    return str(messages)


def test_the_client_gets_the_problem_of_malformed_options(start: Start) -> None:
    server = start(handshake=False)
    server.initialize(capabilities=PUSHED, initializationOptions={"trusted": 5})
    status(server)
    assert logged(server).count("initializationOptions.trusted is not as expected") == 1
