"""Runs of cases that end early."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.run_cases import CaseRun, run_cases
from modgo_lsp.host.load_failure import LoadFailedError

CASES = parse_cases("- {function: f}\n- {function: f}\n- {function: f}\n", Path("f.case.yaml")).cases


async def test_a_module_that_cannot_be_loaded_ends_all_workers(tmp_path: Path) -> None:
    module = tmp_path / "m.so"
    module.write_text("no ELF file")
    reported: list[Sequence[CaseResult]] = []
    with pytest.raises(LoadFailedError):
        await run_cases(module, CASES, CaseRun(workers=3), lambda _: (), reported.append)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert reported == []
