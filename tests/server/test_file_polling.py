"""A change of the configuration takes effect, whatever files the client watches."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from .conftest import CLEAN, UNREGISTERED
from .stdio import Start, settle


@pytest.mark.parametrize("pulls", [False, True])
@pytest.mark.parametrize("watches", [False, True])
@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("modgo.toml", ('ignore = ["MG101"]\n', 'ignore = ["MG102"]\n')),
        ("pyproject.toml", ('[tool.modgo]\nignore = ["MG101"]\n', "[tool.modgo]\n")),
        ("../modgo.toml", ('ignore = ["MG101"]\n', "")),
        ("modgo-baseline.json", ()),
        ("lint-baseline.json", ()),
    ],
)
def test_created_changed_and_deleted(
    start: Start, module: Path, name: str, texts: tuple[str, ...], pulls: bool, watches: bool
) -> None:
    if name.endswith("baseline.json"):
        (module / "modgo.toml").write_text(f'baseline = "{name}"\n')
        baseline = {"version": 1, "findings": {"stats.go": {"MG101": 1}}}
        texts = (json.dumps(baseline), json.dumps({**baseline, "findings": {}}))
    capabilities: dict[str, Any] = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
    if pulls:
        capabilities["textDocument"]["diagnostic"] = {}
        capabilities["workspace"] = {"diagnostics": {"refreshSupport": True}}
    if watches:  # and reports nothing, as clients that stop watching silently
        capabilities.setdefault("workspace", {})["didChangeWatchedFiles"] = {"dynamicRegistration": True}
    server = start(handshake=False)
    server.initialize(capabilities=capabilities)
    uri = server.open(module / "stats.go", UNREGISTERED)

    def count() -> int:
        if pulls:
            params = {"textDocument": {"uri": uri}}
            return len(server.request("textDocument/diagnostic", params)["items"])
        return len(server.pushed[uri]["diagnostics"]) if uri in server.pushed else -1

    server.until(lambda: count() == 1) if not pulls else settle(server)
    assert count() == 1
    time.sleep(0.2)

    def counts_soon(expected: int) -> None:
        asked = len(server.requests)
        if pulls:  # the client is asked to pull again
            server.until(
                lambda: any("diagnostic/refresh" in each["method"] for each in server.requests[asked:]), 20
            )
            assert count() == expected
        else:
            server.until(lambda: count() == expected, 20)

    path = module / name
    path.write_text(texts[0])
    counts_soon(0)
    path.write_text(texts[1])
    counts_soon(1)
    path.write_text(texts[0])
    counts_soon(0)
    path.unlink()
    counts_soon(1)


@pytest.mark.serial
def test_polling_takes_little_processor_time(start: Start, module: Path) -> None:
    server = start()
    for number in range(50):
        folder = module / f"p{number}"
        folder.mkdir()
        (folder / "p.go").write_text(CLEAN.replace("package stats", f"package p{number}"))
        server.open(folder / "p.go")
    settle(server)
    time.sleep(3)  # until the start is over
    process = psutil.Process(server.process.pid)
    before = process.cpu_times()
    time.sleep(3)
    after = process.cpu_times()
    used = (after.user + after.system - before.user - before.system) / 3
    assert used < 0.03, used
