"""With lint results of earlier runs, lint finds the same as without, whatever has changed since."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint import package_linter
from modgo_lsp.lint.file_dependencies import FileDependency
from modgo_lsp.lint.lint_paths import lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.lint.module_index import ModuleIndex
from modgo_lsp.lint.result_cache import CachedModule, decode_module, encode_module
from tests.lint.histories import SDK, WORLD, Changes, comparable, write


class MemoryStore:
    """Entries in memory. A run seems to begin `shift` nanoseconds later, so that the stamps of files
    that were just changed are trusted."""

    def __init__(self, shift: int = 0) -> None:
        self.entries: dict[str, bytes] = {}
        self.shift = shift

    def get(self, root: str, environment: GoEnvironment) -> bytes | None:
        return self.entries.get(root)

    def put(self, root: str, environment: GoEnvironment, value: bytes) -> None:
        self.entries[root] = value

    def now(self) -> int:
        return time.time_ns() + self.shift


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the folders of packages that are linted again."""
    found: list[str] = []
    lint_package = package_linter.lint_package

    def noted(package: object) -> object:
        found.append(Path(package.directory).name)  # type: ignore[attr-defined]
        return lint_package(package)  # type: ignore[arg-type]

    monkeypatch.setattr(package_linter, "lint_package", noted)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("trusting", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_findings_are_those_of_a_fresh_run(tmp_path: Path, seed: int, trusting: bool) -> None:
    choose = random.Random(seed)
    write(tmp_path, WORLD)
    (tmp_path / "shop/.git").mkdir()
    machine = Machine(store=MemoryStore(10**12 if trusting else 0))
    changes = Changes(tmp_path, choose)
    done = ["nothing"]
    for _ in range(30):
        asked = choose.choice((".", ".", "shop", "shop/stock", "shop/counters/counters.go"))
        if not (tmp_path / asked).exists():
            asked = "."
        cached = lint_paths([str(tmp_path / asked)], DiskFiles(), machine=machine)
        assert comparable(cached) == comparable(lint_paths([str(tmp_path / asked)], DiskFiles())), done
        done.append(changes.one())


@pytest.mark.parametrize("trusting", [False, True])
def test_nothing_is_linted_twice(tmp_path: Path, linted: list[str], trusting: bool) -> None:
    write(tmp_path, WORLD)
    machine = Machine(store=MemoryStore(10**12 if trusting else 0))
    first = lint_paths([str(tmp_path)], DiskFiles(), machine=machine)
    assert sorted(linted) == ["both", "counters", "stock"]
    linted.clear()
    for path in (tmp_path / "shop").rglob("*.go"):
        path.touch()
    assert comparable(lint_paths([str(tmp_path)], DiskFiles(), machine=machine)) == comparable(first)
    assert linted == []


@pytest.mark.parametrize(
    ("name", "relinted"),
    [
        ("shop/stock/stock.go", ["stock"]),
        ("shop/prices/prices.go", ["stock"]),
        ("shop/counters/counters.go", ["both", "counters"]),
        ("shop/both/both.go", ["both", "counters"]),
        ("shop/plain/plain.go", []),
        ("shop/go.mod", ["both", "counters", "stock"]),
        ("near/near.go", ["both", "counters", "stock"]),
        ("shop/modgo.toml", []),
    ],
)
def test_only_packages_that_depend_on_a_change_are_linted_again(
    tmp_path: Path, linted: list[str], name: str, relinted: list[str]
) -> None:
    write(tmp_path, WORLD)
    machine = Machine(store=MemoryStore())
    lint_paths([str(tmp_path / "shop")], DiskFiles(), machine=machine)
    linted.clear()
    with (tmp_path / name).open("a") as file:
        file.write("\n# comment\n" if name.endswith(".toml") else "\n// comment\n")
    lint_paths([str(tmp_path / "shop")], DiskFiles(), machine=machine)
    assert sorted(linted) == relinted


def test_importers_count_even_if_they_are_not_linted(tmp_path: Path, linted: list[str]) -> None:
    write(tmp_path, WORLD)
    machine = Machine(store=MemoryStore())
    stock = str(tmp_path / "shop/stock")
    (before,) = lint_paths([stock], DiskFiles(), {"select": ["MG101"]}, machine=machine).findings
    assert before.code == "MG101"
    user = 'package plain\n\nimport "example.com/shop/stock"\n\nvar F = stock.Forgotten\n'
    write(tmp_path, {"shop/plain/plain.go": user})
    assert lint_paths([stock], DiskFiles(), {"select": ["MG101"]}, machine=machine).findings == ()


@pytest.mark.parametrize(
    "damage", [b"", b"\x00", b"\x93\x01", lambda entries: entries[:-9], lambda entries: entries * 2]
)
def test_damaged_entries_are_cache_misses(tmp_path: Path, damage: bytes | Callable[[bytes], bytes]) -> None:
    write(tmp_path, WORLD)
    store = MemoryStore(10**12)
    machine = Machine(store=store)
    first = lint_paths([str(tmp_path)], DiskFiles(), machine=machine)
    for root, value in store.entries.items():
        store.entries[root] = damage if isinstance(damage, bytes) else damage(value)
    assert comparable(lint_paths([str(tmp_path)], DiskFiles(), machine=machine)) == comparable(first)


def test_the_result_of_a_file_that_changes_during_the_run_is_not_stored(tmp_path: Path) -> None:
    write(tmp_path, WORLD)
    path = tmp_path / "shop/stock/stock.go"

    class Restless(DiskFiles):
        """Changes the file when it is read for the second time."""

        reads = 0

        def read(self, path_: str, most: int | None = None) -> bytes:
            if path_ == str(path):
                self.reads += 1
                if self.reads == 2:
                    path.write_text(path.read_text().replace("Forgotten", "forgotten"))
            return super().read(path_, most)

    machine = Machine(store=MemoryStore())
    lint_paths([str(tmp_path)], Restless(), machine=machine)
    write(tmp_path, WORLD)
    after = lint_paths([str(tmp_path)], DiskFiles(), machine=machine)
    assert comparable(after) == comparable(lint_paths([str(tmp_path)], DiskFiles()))


def test_a_dependency_that_changes_during_the_run_empties_the_cache(tmp_path: Path) -> None:
    index = ModuleIndex(str(tmp_path), True, DiskFiles())
    old, new = (FileDependency("/near/near.go", False, None, digest) for digest in (b"old", b"new"))
    before = CachedModule(1, None, {}, (old,), {"/stock": (b"key", msgspec.Raw(b"\x90"))})
    keys = {"/stock": b"key"}
    for dependencies, entries in (([old], ["/stock"]), ([new], []), ([], ["/stock"])):
        assert (
            list(decode_module(encode_module(2, before, index, "", keys, dependencies, []), 0).results)
            == entries
        )


def test_names_that_are_not_unicode_are_linted_and_not_cached(tmp_path: Path, linted: list[str]) -> None:
    write(tmp_path, WORLD)
    odd = os.fsencode(tmp_path / "shop/stock") + b"/caf\xe9.go"
    Path(os.fsdecode(odd)).write_text(f"package stock\n\n{SDK}\nfunc Odd(rec *udf.Record) {{}}\n")
    machine = Machine(store=MemoryStore())
    for _ in range(2):
        found = lint_paths([str(tmp_path)], DiskFiles(), machine=machine).findings
        assert any("Odd" in finding.message for finding in found)


def test_a_missing_package_is_found_once_it_is_there(tmp_path: Path) -> None:
    """A package that could not be found is a dependency, too."""
    write(tmp_path, {**WORLD, "near/go.mod": ""})
    (tmp_path / "near").rename(tmp_path / "far")
    machine = Machine(store=MemoryStore(10**12))
    before = lint_paths([str(tmp_path / "shop")], DiskFiles(), machine=machine)
    assert before.unread == ("example.com/near",)
    (tmp_path / "far").rename(tmp_path / "near")
    write(tmp_path, {"near/near.go": "package near\n\ntype Amount chan int\n"})
    after = lint_paths([str(tmp_path / "shop")], DiskFiles(), machine=machine)
    assert "MG201" in {finding.code for finding in after.findings}
    assert after.unread == ()


def test_a_call_in_a_test_makes_a_fix_unsafe(tmp_path: Path) -> None:
    """Once a test calls the function, renaming it alone is unsafe."""
    source = f"{SDK}\nvar _ = udf.Register(`late`, come)\n\nfunc come(n int64, rec *udf.Record) {{}}\n"
    write(tmp_path, {"late/go.mod": "module example.com/late\n", "late/late.go": f"package late\n\n{source}"})
    machine = Machine(store=MemoryStore(10**12))

    def is_safe() -> bool:
        outcome = lint_paths([str(tmp_path / "late")], DiskFiles(), {"select": ["MG204"]}, machine=machine)
        return outcome.findings[0].fixes[0].safe

    assert is_safe()
    write(tmp_path, {"late/late_test.go": "package late\n\nfunc init() { come(1, nil) }\n"})
    assert not is_safe()
    write(tmp_path, {"late/late_test.go": "package late\n\nfunc init() { becomes(1, nil) }\n"})
    assert is_safe()


def test_a_file_that_becomes_too_large_or_not_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    source = f'package m\n\n{SDK}\nfunc F(rec *udf.Record) {{}}\n\nvar _ = udf.Register("f", F)\n'
    (tmp_path / "a.go").write_text(source)
    machine = Machine(store=MemoryStore(10**12))

    def codes() -> list[str]:
        found = lint_paths([str(tmp_path)], DiskFiles(), None, None, machine)
        return [finding.code for finding in found.findings]

    assert codes() == []
    (tmp_path / "b.go").write_text("package m\n\n// " + "b" * 2000 + "\n")
    assert codes() == []
    for size, found in (("1000", ["MG410"]), ("3000", []), ("1000", ["MG410"])):
        (tmp_path / "modgo.toml").write_text(f"max-file-size = {size}\n")
        assert codes() == found
    (tmp_path / "b.go").unlink()
    assert codes() == []
