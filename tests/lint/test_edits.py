"""What is said after each of many edits is what a fresh run says: nothing stale is taken over."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.lint.check import check_package
from modgo_lsp.lint.config import Settings
from modgo_lsp.model.files import DiskFiles, OverlayFiles
from modgo_lsp.model.finding import Location
from modgo_lsp.model.load import Loader
from modgo_lsp.syntax.document import Document, parse
from modgo_lsp.syntax.edits import edit, opened
from modgo_lsp.syntax.positions import Span

SOURCE = (Path(__file__).parents[2] / "examples" / "counters" / "counters.go").read_bytes()
OTHER = b"package counters\n\nfunc helper(c chan int) {}\n"
SNIPPETS = (
    b'\nfunc init() { udf.Register("no-name", helper) }\n',
    b"\nfunc Extra(r *udf.Record, n chan int) {}\n",
    b"//modgo:ignore MG101\n",
    *(b"{", b"}", b"(", b"`", b"/*", b"*/", b"x", b"\n", b" ", b"int", b"*udf.Record", b"err := "),
)


def findings(
    files: OverlayFiles, folder: Path, previous: Loader | None = None
) -> tuple[Loader, list[object]]:
    loader = Loader(files, previous=previous)
    package = loader.package(str(folder))
    assert package is not None
    lines = {file.document.path: file.document.lines for file in package.files}

    def told(value: object) -> object:
        """A finding with all in it, in places as people count them."""
        if isinstance(value, Location):
            return value.path, lines[value.path].range(value.span)
        if isinstance(value, msgspec.Struct):
            return [told(getattr(value, name)) for name in value.__struct_fields__]
        return [told(each) for each in value] if isinstance(value, tuple) else value

    return loader, [told(finding) for finding in check_package(package, Settings(root=str(folder)))]


@pytest.mark.parametrize("seed", range(12))
def test_findings_after_edits_are_those_of_a_fresh_run(
    module: Callable[[Mapping[str, bytes]], Path], seed: int
) -> None:
    choose = random.Random(seed)
    folder = module({"counters.go": SOURCE, "other.go": OTHER})
    documents = {
        str(folder / name): opened(str(folder / name), text)
        for name, text in (("counters.go", SOURCE), ("other.go", OTHER))
    }
    undo: list[tuple[str, Document]] = []
    loader: Loader | None = None
    for _ in range(25):
        if undo and choose.random() < 0.3:
            path, documents[path] = undo.pop()
        else:
            path = choose.choice(list(documents))
            before = documents[path]
            start = choose.randrange(len(before.text) + 1)
            end = min(len(before.text), start + choose.choice((0, 0, 1, 5, 60)))
            undo.append((path, before))
            documents[path] = edit(before, [(Span(start, end), choose.choice((b"", *SNIPPETS)))])
        loader, said = findings(OverlayFiles(DiskFiles(), documents), folder, loader)
        fresh = {path: parse(path, document.source) for path, document in documents.items()}
        assert said == findings(OverlayFiles(DiskFiles(), fresh), folder)[1]
