"""Generated pages are current, and links and versions in the documentation are right."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

import modgo_lsp

ROOT = Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
PAGES = [
    ROOT / name
    for name in sorted(TRACKED.stdout.splitlines())
    if not name.startswith("tests/") and (ROOT / name).exists()
]
# A decision shows what was tried.
RECIPES = [page for page in PAGES if page.parent.name != "decisions"]


DECISIONS = sorted(path.relative_to(ROOT) for path in (ROOT / "docs" / "decisions").glob("*.md"))


def test_generated_pages_are_current() -> None:
    """`make docs` updates them."""
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def parsed(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """The names by which links can point at the headings of a page, as GitHub makes them."""
    tokens = parsed(page)
    headings = [
        following.content for token, following in itertools.pairwise(tokens) if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """What the links and images of a page point at."""
    found = (child for token in parsed(page) for child in token.children or ())
    return [str(child.attrs.get("href") or child.attrs.get("src") or "") for child in found if child.attrs]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_have_targets(page: Path) -> None:
    for link in links(page):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_the_website_lists_every_page() -> None:
    """mkdocs.yml has an entry for each page, or for its folder. `make site` finds dead ones."""
    nav = re.findall(
        r"^ +- (?:[^:\n]+: )?([\w./-]+(?:\.md|/))$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE
    )
    pages = [
        page.relative_to(ROOT / "docs").as_posix() for page in PAGES if page.is_relative_to(ROOT / "docs")
    ]
    missing = [page for page in pages if page not in nav and f"{page.rpartition('/')[0]}/" not in nav]
    assert missing == []


def test_the_comparison_has_the_figures_of_the_measurement() -> None:
    measured = (ROOT / "docs" / "dispatch.md").read_text("utf-8").splitlines()
    rows = [
        row
        for row in (ROOT / "docs" / "comparison.md").read_text("utf-8").splitlines()
        if row.endswith(" × |")
    ]
    assert len(rows) >= 5
    assert [row for row in rows if row not in measured] == []


@pytest.mark.parametrize("page", RECIPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_recipes_name_a_version_not_a_branch(page: Path) -> None:
    """A branch changes without notice, and everybody who may push to it could run code in the reader's CI."""
    text = page.read_text("utf-8")
    assert re.findall(r"@(?:main|master|HEAD|latest)\b|^\s*rev: (?!v?\d).*", text, re.MULTILINE) == []


def test_recipes_name_the_version_that_this_is() -> None:
    pattern = r"aerospike-mod-go(?:@|\n\s+rev: )v([\w.]+)|modgo-lsp(?:\[\w+\])?==([\w.]+)"
    named = {
        first or second for page in PAGES for first, second in re.findall(pattern, page.read_text("utf-8"))
    }
    assert named == {modgo_lsp.__version__}


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md", *map(str, DECISIONS)])
def test_paths_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    pattern = (
        r"`((?:modgo_lsp|libmod_go|tests|udf|scripts|grammars|examples|bench|vscode-extension)/[\w./-]*)`"
    )
    missing = [path for path in re.findall(pattern, text) if not (ROOT / path).exists()]
    assert missing == []
