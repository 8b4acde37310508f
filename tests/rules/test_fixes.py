"""Applies every fix of every rule by itself to the code of the rules' Markdown. The finding must be gone, and
after a safe fix, code that compiled before must still compile with the real compiler. What the fixed code
looks like is in the Markdown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.apply_fixes import apply
from modgo_lsp.lint.lint_paths import Outcome, lint_paths
from modgo_lsp.model.finding import Finding, Fix
from modgo_lsp.rules.catalogue import RULES
from tests.rules.conftest import cases_of, write_blocks

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin") or "go"
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/all\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n"


class Tried(NamedTuple):
    """A fix, applied to a case's code in `folder`; `before` is the folder with the code as it was."""

    before: str
    folder: str
    finding: Finding
    fix: Fix


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Tried]]:
    """All fixes, in the folders of one Go module."""
    root = tmp_path_factory.mktemp("fixes").resolve()
    (root / "go.mod").write_text(GO_MOD)
    return root, list(_try_all(root))


def _try_all(root: Path) -> Iterator[Tried]:
    count = 0
    for path in sorted(HERE.glob("MG*.md")):
        for _, blocks in cases_of(path):
            before = f"v{count}"
            (root / before).mkdir()
            write_blocks(root / before, blocks)
            outcome = lint_paths([str(root / before)], DiskFiles())
            for finding in outcome.findings:
                for fix in finding.fixes:
                    count += 1
                    folder = f"v{count}"
                    shutil.copytree(root / before, root / folder)
                    _apply(outcome, fix, root / before, root / folder)
                    yield Tried(before, folder, finding, fix)
            count += 1


def _apply(outcome: Outcome, fix: Fix, before: Path, after: Path) -> None:
    for path in {edit.location.path for edit in fix.edits}:
        edits = [edit for edit in fix.edits if edit.location.path == path]
        (after / Path(path).relative_to(before)).write_bytes(apply(outcome.documents[path], edits))


@pytest.mark.slow
def test_a_fix_removes_its_finding(tried: tuple[Path, list[Tried]]) -> None:
    root, all_tried = tried
    for each in all_tried:
        before, after = (
            Counter(
                (finding.code, Path(finding.location.path).relative_to(root / folder).as_posix())
                for finding in lint_paths([str(root / folder)], DiskFiles()).findings
            )
            for folder in (each.before, each.folder)
        )
        place = Path(each.finding.location.path).relative_to(root / each.before).as_posix()
        assert after[each.finding.code, place] < before[each.finding.code, place], each
        # No new error takes its place.
        new = [code for code, _ in after - before if RULES[code].severity == "error"]
        assert not each.fix.safe or not new, each


@pytest.mark.slow
def test_after_a_safe_fix_the_code_compiles(tried: tuple[Path, list[Tried]]) -> None:
    root, all_tried = tried
    broken = _compile_errors(root)
    compiled = [each for each in all_tried if each.before not in broken]
    for each in compiled:
        assert not each.fix.safe or each.folder not in broken, (each, broken[each.folder])
    # Most unsafe fixes compile too. A fix that never does is wrong.
    for code in {each.finding.code for each in compiled}:
        assert any(each.folder not in broken for each in compiled if each.finding.code == code), code
    assert {each.finding.code for each in all_tried} == {code for code, rule in RULES.items() if rule.fix}


def test_a_fix_is_as_safe_as_its_page_says(tried: tuple[Path, list[Tried]]) -> None:
    for code, rule in RULES.items():
        if rule.fix is None:
            continue
        about = " ".join(rule.text.partition("## Fix safety")[2].split())
        safe = {each.fix.safe for each in tried[1] if each.finding.code == code}
        if " is unsafe if " in about:
            assert safe == {True, False}, code
        else:
            assert safe == {"It is safe." in about}, code


def _compile_errors(root: Path) -> dict[str, str]:
    """The compiler's errors in the packages of each folder, tests included."""
    for path in root.rglob("*.go"):
        folder = path.relative_to(root).parts[0]
        path.write_text(path.read_text().replace("example.com/shop", f"example.com/all/{folder}"))
    for path in root.glob("*/go.mod"):
        path.unlink()
    ran = subprocess.run(
        [GO, "vet", "-unusedresult", "./..."],
        cwd=root,
        env={**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "# example.com/all/" in ran.stderr, ran.stderr  # some cases are about code that doesn't compile
    errors: dict[str, str] = {}
    folder = ""
    for line in ran.stderr.splitlines():
        if (found := re.match(r"# (?:\[)?example\.com/all/(v\d+)|(?:vet: )?(v\d+)/", line)) is not None:
            folder = found[1] or found[2]
        if folder and not line.startswith("#"):
            errors[folder] = errors.get(folder, "") + line + "\n"
    return errors
