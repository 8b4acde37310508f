"""The website that `make site` builds in target/site. `make test-site` runs these tests."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.docs.console_blocks import blocks

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "target" / "site"
REPOSITORY = "https://github.com/GeertJohan/aerospike-mod-go"
# Elements whose address a browser loads without a click.
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


class Addresses(HTMLParser):
    """Collects what a page loads, and where it links to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if address := named.get(LOADED.get(tag, "")):
            self.loaded.append(address)
        if tag == "a" and (address := named.get("href")):
            self.links.append(address)


@pytest.fixture(scope="module")
def pages() -> dict[str, Addresses]:
    return {str(path.relative_to(SITE)): Addresses(path) for path in SITE.rglob("*.html")}


def test_each_page_of_docs_is_on_the_site(pages: dict[str, Addresses]) -> None:
    sources = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    expected = {
        str(path.parent / "index.html" if path.name == "README.md" else path.with_suffix("") / "index.html")
        for path in sources
    }
    assert expected | {"404.html"} == pages.keys()


def test_pages_load_nothing_from_elsewhere(pages: dict[str, Addresses]) -> None:
    elsewhere = {
        (name, address)
        for name, page in pages.items()
        for address in page.loaded
        if re.match(r"(?:https?:)?//", address)
    }
    assert elsewhere == set()
    for style in SITE.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//|@import", style.read_text("utf-8")), style


def test_no_script_asks_the_repository_for_its_stars() -> None:
    """The theme's script asks GitHub for each link to the repository that has this attribute."""
    for path in SITE.rglob("*.html"):
        assert 'data-md-component="source"' not in path.read_text("utf-8"), path


def test_the_copy_button_copies_what_a_reader_types() -> None:
    found = re.findall(r'data-copy="(.*?)"', (SITE / "tutorial" / "index.html").read_text("utf-8"), re.DOTALL)
    copied = [html.unescape(text) for text in found]
    typed = [
        "\n".join(command.typed for command in block.commands)
        for block in blocks(ROOT / "docs" / "tutorial.md")
    ]
    assert copied == typed


def test_links_into_the_repository_have_targets(pages: dict[str, Addresses]) -> None:
    links = {link.partition("#")[0] for page in pages.values() for link in page.links}
    found = [re.fullmatch(rf"{REPOSITORY}/(?:blob|tree|edit)/main/(.*)", link) for link in links]
    paths = [match[1] for match in found if match]
    assert "udf/README.md" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_search_finds_rules_and_commands() -> None:
    index = json.loads((SITE / "search" / "search_index.json").read_text("utf-8"))
    titles = {entry["title"] for entry in index["docs"]}
    assert {"MG101 unregistered-udf", "modgo build"} <= titles


def test_each_page_has_the_title_of_its_heading() -> None:
    """Navigation and search show it; where mkdocs does not find it, they show the name of the file."""
    for path in (ROOT / "docs").glob("*.md"):
        heading = re.search(r"^# (.*)", path.read_text("utf-8"), re.MULTILINE)
        page = SITE / ("index.html" if path.stem == "README" else f"{path.stem}/index.html")
        title = re.search(r"<title>(.*?)( - modgo)?</title>", page.read_text("utf-8"))
        assert heading
        assert title
        if path.stem != "README":
            assert html.unescape(title[1]) == heading[1]
