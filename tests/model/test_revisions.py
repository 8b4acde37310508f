"""A revision always answers for its own files, and an edit invalidates only what depends on it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import OverlayFiles
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN, GoEnvironment
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package

_SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
_MAIN = f"""package shop
{_SDK}
import "example.com/shop/money"

func init() {{ udf.Register("add", Add) }}

func Add(rec *udf.Record, n int64) int64 {{ return other(n) }}

func other(n int64) int64 {{ return money.Round(n) }}

func unused() {{ println(1) }}
"""
_MONEY = """package money

func Round(n int64) int64 { return n / step }

var step int64 = 10
"""


class Shop:
    """Two packages to edit, and their newest revision."""

    def __init__(self, folder: Path, environment: GoEnvironment = NOTHING_KNOWN) -> None:
        self.folder = folder
        texts = {"go.mod": "module example.com/shop\n", "shop.go": _MAIN, "money/money.go": _MONEY}
        for name, text in texts.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        self.disk = DiskCache()
        self.documents: dict[str, Document] = {}
        self.loader = Loader(OverlayFiles(self.disk.now(), {}), environment=environment)

    def edit(self, name: str, old: str, new: str) -> None:
        path = str(self.folder / name)
        document = self.documents.get(path) or opened(path, Path(path).read_bytes())
        start = document.from_source(document.source.index(old.encode()))
        self.documents[path] = edit(document, [(Span(start, start + len(old)), new.encode())])
        self.advance()

    def close(self, name: str) -> None:
        del self.documents[str(self.folder / name)]
        self.advance()

    def advance(self) -> None:
        files = OverlayFiles(self.disk.now(), dict(self.documents))
        self.loader = self.loader.next(files) or Loader(files, previous=self.loader)

    def package(self, loader: Loader | None = None) -> Package:
        found = (loader or self.loader).package(str(self.folder))
        assert found is not None
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    # Opening a file changes its trees but not its text.
    made.edit("shop.go", "", "")
    made.edit("money/money.go", "", "")
    return made


def _names(package: Package) -> list[str | None]:
    return [each.name for each in package.registrations]


def test_a_revision_keeps_its_answer(shop: Shop) -> None:
    first, package = shop.loader, shop.package()
    assert _names(package) == ["add"]
    shop.edit("shop.go", '"add"', '"sum"')
    assert shop.loader is not first
    assert _names(shop.package()) == ["sum"]
    # Results that were requested before the edit, and others.
    assert _names(package) == _names(shop.package(first)) == ["add"]
    assert [code.name for code in package.reached] == ["Add", "other", "Round"]
    assert _names(shop.package()) == ["sum"]


def test_a_revision_keeps_its_answer_after_a_new_world(shop: Shop) -> None:
    package = shop.package()
    shop.edit("shop.go", _SDK, f'{_SDK}import "os"\n')
    shop.edit("shop.go", '"add"', '"sum"')
    assert [len(each.imports) for each in (*package.files, *shop.package().files)] == [2, 3]
    assert _names(package) == ["add"]


def test_why_a_world_is_begun_is_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    def reasons(change: Callable[[], None]) -> list[str]:
        _ = shop.package().reached
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "modgo_lsp.golang.program.sources"):
            change()
        return [record.getMessage().replace(str(shop.folder), ".") for record in caplog.records]

    def written(name: str) -> None:
        (shop.folder / name).write_text("module example.com/shop\n\ngo 1.24\n")
        shop.disk.report_change(str(shop.folder / name))
        shop.advance()

    def removed(name: str) -> None:
        (shop.folder / name).unlink()
        shop.disk.report_change(str(shop.folder / name))
        shop.advance()

    assert reasons(lambda: shop.edit("shop.go", '"add"', '"sum"')) == []
    assert reasons(lambda: shop.edit("shop.go", _SDK, f'{_SDK}import "os"\n')) == [
        "a new world: ./shop.go: its header or its build constraints changed"
    ]
    assert reasons(lambda: written("go.mod")) == ["a new world: ./go.mod: it changed, and is not a Go file"]
    assert reasons(lambda: shop.edit("money/money.go", "package", "//go:build never\n\npackage")) == [
        "a new world: ./money/money.go: its header or its build constraints changed"
    ]
    shop.close("money/money.go")
    assert reasons(lambda: removed("money/money.go")) == [
        "a new world: ./money/money.go: the listing of its folder changed"
    ]


@pytest.fixture
def invalidated(shop: Shop, caplog: pytest.LogCaptureFixture) -> Callable[..., list[str]]:
    """The results that an edit invalidates, by the log, among those that rules use."""

    def run(name: str, old: str, new: str) -> list[str]:
        package = shop.package()
        _ = (package.functions, package.reached, package.files, package.exceeded_bounds)
        _ = [(each.references, each.signature) for each in package.functions]
        package.cached("lint result", lambda package: (package.reached, package.registrations))
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "modgo_lsp.golang.queries"):
            shop.edit(name, old, new)
        found = {record.getMessage().replace(str(shop.folder), ".") for record in caplog.records}
        others = ("source file(", "files(", "references(")
        return sorted(each for each in found if not each.startswith(others))

    return run


def test_an_edit_of_unreachable_code(invalidated: Callable[..., list[str]]) -> None:
    assert invalidated("shop.go", "println(1)", "println(2)") == []


def test_an_edit_of_a_body(invalidated: Callable[..., list[str]]) -> None:
    assert invalidated("shop.go", "return other(n)", "return other(n + 1)") == [
        "code that UDFs reach(.) invalidated: the body of example.com/shop.Add changed",
        "lint result(.) invalidated: the body of example.com/shop.Add changed",
    ]


def test_an_edit_of_a_body_in_an_imported_package(invalidated: Callable[..., list[str]]) -> None:
    assert invalidated("money/money.go", "n / step", "n / step / 1") == [
        "code that UDFs reach(.) invalidated: the body of example.com/shop/money.Round changed",
        "lint result(.) invalidated: the body of example.com/shop/money.Round changed",
    ]


def test_an_edit_of_a_signature(invalidated: Callable[..., list[str]]) -> None:
    found = invalidated("shop.go", "n int64) int64 { return other", "n int32) int64 { return other")
    changed = "invalidated: example.com/shop.Add changed"
    assert f"registrations(.) {changed}" in found
    assert f"function(example.com/shop.Add) {changed}" in found
    assert f"the body of example.com/shop.init {changed}" in found
    assert not any("function(example.com/shop.other)" in each for each in found)


def test_an_edit_of_a_declared_name(invalidated: Callable[..., list[str]]) -> None:
    found = invalidated("money/money.go", "var step", "var stop")
    changed = "invalidated: in example.com/shop/money, what is called step changed"
    assert f"the body of example.com/shop/money.Round {changed}" in found
    assert f"lint result(.) {changed}" in found
    assert not any("registrations" in each for each in found)


def test_opening_a_file_of_a_replaced_module_moves_its_declarations(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    lib = "package lib\n\nfunc First() {}\n\nfunc Twice(n int64) int64 { return 2 * n }\n"
    require = "require example.com/lib v1.0.0\nreplace example.com/lib => ./lib\n"
    main = f'package shop\n{_SDK}import "example.com/lib"\nfunc init() {{ udf.Register("a", lib.Twice) }}\n'
    texts = {
        "go.mod": f"module example.com/shop\n{require}",
        "shop.go": main,
        "lib/go.mod": "module example.com/lib\n",
        "lib/lib.go": lib,
    }
    (tmp_path / "lib").mkdir()
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    def start() -> int:
        (registration,) = shop.package().registrations
        assert registration.target is not None
        return registration.target.location.span.start

    assert start() == lib.index("Twice")
    shop.edit("lib/lib.go", "", "")
    document = shop.documents[str(tmp_path / "lib/lib.go")]
    assert start() == document.from_source(lib.index("Twice")) != lib.index("Twice")


def test_a_file_of_the_module_cache_is_opened_edited_and_closed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, GoEnvironment(module_cache=str(tmp_path / "cache")))
    lib = "package lib\n\nfunc First() {}\n\nfunc Twice(n int64) int64 { return 2 * n }\n"
    main = f'package shop\n{_SDK}import "example.com/lib"\nfunc init() {{ udf.Register("a", lib.Twice) }}\n'
    name = "cache/example.com/lib@v1.0.0/lib.go"
    (tmp_path / name).parent.mkdir(parents=True)
    for path, text in (
        ("go.mod", "module example.com/shop\nrequire example.com/lib v1.0.0\n"),
        ("shop.go", main),
        (name, lib),
    ):
        (tmp_path / path).write_text(text)

    def start() -> int:
        (registration,) = shop.package().registrations
        assert registration.target is not None
        return registration.target.location.span.start

    def expected() -> int:
        document = shop.documents[str(tmp_path / name)]
        return document.from_source(document.source.index(b"Twice"))

    assert start() == lib.index("Twice")
    shop.edit(name, "", "")
    assert start() == expected() != lib.index("Twice")
    shop.edit(name, "func First() {}", "// First does nothing.\nfunc First() {}")
    assert start() == expected()
    shop.close(name)
    assert start() == lib.index("Twice")


def test_a_function_whose_signature_nobody_asked_for(shop: Shop) -> None:
    def functions() -> list[tuple[str, bool, bytes]]:
        text = shop.documents[str(shop.folder / "shop.go")].text
        spans = [(each, each.location.span) for each in shop.package().functions]
        return [(each.name, each.generic, text[span.start : span.end]) for each, span in spans]

    assert ("unused", False, b"unused") in functions()
    shop.edit("shop.go", "func unused(", "\n\nfunc unused[T any](")
    assert ("unused", True, b"unused") in functions()


def test_a_file_that_a_build_leaves_out_mentions_a_function(shop: Shop) -> None:
    (shop.folder / "shop_test.go").write_text("package shop\n\nfunc test() { unused() }\n")
    shop.edit("shop_test.go", "", "")

    def mentioned(package: Package) -> list[str]:
        return [each.name for each in package.functions if each.source.is_mentioned_outside()]

    def cached() -> list[str]:
        return shop.package().cached("mentioned", mentioned)

    assert cached() == ["unused"]
    shop.edit("shop_test.go", "unused()", "other(1)")
    assert cached() == ["other"]
    shop.edit("shop_test.go", "other(1)", "println()")
    assert cached() == []


def test_declarations_that_an_edit_renames(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    register = 'func init() { udf.Register("a", T{}.M); udf.Register("b", F); udf.Register("c", V) }\n'
    declared = "type T struct{}\nfunc (T) M() {}\nfunc F() {}\nvar V = F\n"
    (tmp_path / "shop.go").write_text(f"package shop\n{_SDK}{register}{declared}")

    def missing() -> list[str]:
        found = [each.unresolved_function for each in shop.package().registrations]
        return [each[0] for each in found if each is not None]

    assert missing() == []
    for name, old, new in (
        ("M", "func (T) M", "func (T) N"),
        ("F", "func F", "func G"),
        ("V", "var V", "var W"),
    ):
        shop.edit("shop.go", old, new)
        assert missing() == [name]
        shop.edit("shop.go", new, old)
        assert missing() == []
    assert [each.name for each in shop.package().functions] == ["init", "T.M", "F"]
