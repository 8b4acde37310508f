"""The documentation says what the code does: generated pages are current, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    path
    for folder in (
        ".",
        "docs",
        "docs/editors",
        "docs/rules",
        "examples",
        "libmod_go",
        "udf",
        "vscode-extension",
    )
    for path in sorted((ROOT / folder).glob("*.md"))
]


def test_generated_pages_are_current() -> None:
    """`make docs` makes them so."""
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [
        target for target in targets if target and "://" not in target and not (page.parent / target).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_recipes_name_a_version_not_a_branch(page: Path) -> None:
    """What a branch holds changes without notice, and whoever may push to it runs in the reader's CI."""
    text = page.read_text("utf-8")
    assert re.findall(r"@(?:main|master|HEAD|latest)\b|^\s*rev: (?!v?\d).*", text, re.MULTILINE) == []


def test_recipes_name_the_version_that_this_is() -> None:
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    pattern = r"aerospike-mod-go(?:@|\n\s+rev: )v([\w.]+)|modgo-lsp(?:\[\w+\])?==([\w.]+)"
    named = {
        first or second for page in PAGES for first, second in re.findall(pattern, page.read_text("utf-8"))
    }
    assert named == {version[1]}
