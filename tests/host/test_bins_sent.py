"""The bins in the manifest are all that a UDF reads, whatever its code does: random modules are built and
called, and what their workers ask the host for is compared with the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.host.record import WorkingRecord
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import Session
from modgo_lsp.host.values import Flat
from tests.build.go_module import GO_MOD
from tests.host.bin_programs import BINS, program

UDFS = 60


async def built(folder: Path, files: dict[str, str]) -> tuple[Path, dict[str, Any]]:
    """The module, and the manifest's object of each function."""
    for name, text in {"go.mod": GO_MOD, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = await build_module(BuildRequest((folder,), output=folder / "m.so"))
    assert result.ok, result.findings[:3]
    return folder / "m.so", {function["name"]: function for function in result.functions}


async def unsent(
    monkeypatch: pytest.MonkeyPatch, module: Path, functions: dict[str, Any]
) -> dict[str, set[str]]:
    """For each function whose bins the manifest lists, the bins that it reads beyond those, and how it
    fails."""
    asked: set[str] = set()
    get = WorkingRecord.get

    def noted(record: WorkingRecord, name: str) -> Flat:
        asked.add(name)
        return get(record, name)

    monkeypatch.setattr(WorkingRecord, "get", noted)
    found: dict[str, set[str]] = {}
    records = [Record(key=f"k{n}", bins=dict.fromkeys(BINS, 1), generation=1) for n in range(3)]
    async with Session(module) as session:
        for name, function in functions.items():
            for bin_ in ("a", "f") if function["bins"] is not None else ():
                asked.clear()
                if function["kind"] == "record":
                    failure = (await session.call(name, [bin_], records[0])).failure
                else:
                    failure = (await session.call_stream(name, [bin_], records)).failure
                # A deferred call in a loop comes after the record.
                failed = {failure.message} if failure and "was used after" not in failure.message else set()
                sent = {*function["bins"], *([bin_] if function["bin_arguments"] else [])}
                beyond = failed | (asked - sent)
                found[name] = found.get(name, set()) | beyond
    return found


@pytest.mark.parametrize("seed", [1])
async def test_no_udf_reads_a_bin_that_was_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    module, functions = await built(tmp_path, program(seed, UDFS))
    found = await unsent(monkeypatch, module, functions)
    assert {name: bins for name, bins in found.items() if bins} == {}
    for kind in "record", "stream":  # the bins of many are known, and those of some are not
        known = sum(functions[name]["kind"] == kind for name in found)
        assert UDFS / 4 < known < UDFS
    assert sum(len(functions[name]["bins"]) for name in found) < len(found) * len(BINS) * 0.7
