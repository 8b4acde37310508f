"""Lint with what earlier runs left in modgo's cache finds the same as without, whatever happens to the files
and the cache.

A run of the tests takes a few steps; MODGO_EXAMPLES sets another number.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.build.lint_worker_pool import LintWorkerPool
from modgo_lsp.golang.files import DiskFiles, Stamp
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.lint.lint_paths import lint_paths
from modgo_lsp.lint.linted_modules import Machine
from tests.lint.histories import WORLD, Changes, comparable, write

STEPS = int(os.environ.get("MODGO_EXAMPLES", "30"))
SETTINGS = (("GOFLAGS", ("-mod=mod", "-mod=vendor", "")), ("GOWORK", ("off", "")), ("GOENV", ("off", "")))


class Trusting(DiskStore):
    """Trusts the stamps of files that have just been changed."""

    def now(self) -> int:
        return super().now() + 10**12


class Cache:
    """modgo's cache folder, and changes to it."""

    def __init__(self, folder: Path, choose: random.Random) -> None:
        self.folder = folder
        self.choose = choose

    def one(self) -> str:
        kind = self.choose.choice((self.damage, self.damage, self.cut, self.swap, self.empty, self.forbid))
        kind()
        return f"cache: {kind.__name__}"

    def file(self) -> Path | None:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return self.choose.choice(files) if files else None

    def damage(self) -> None:
        """Flips a bit."""
        path = self.file()
        if path is not None and (text := bytearray(path.read_bytes())):
            text[self.choose.randrange(len(text))] ^= 1 << self.choose.randrange(8)
            path.write_bytes(text)

    def cut(self) -> None:
        """Truncates a file, as a full disk would."""
        path = self.file()
        if path is not None:
            path.write_bytes(path.read_bytes()[: self.choose.randrange(40) ** 2])

    def swap(self) -> None:
        path, other = self.file(), self.file()
        if path is not None and other is not None and path != other:
            path.write_bytes(other.read_bytes())

    def empty(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def forbid(self) -> None:
        """Replaces the folder by a file, so that not even root can write there, or undoes that."""
        if self.folder.is_file():
            self.folder.unlink()
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.write_bytes(b"")


def linting(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "lint", "--output-format", "json", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def two_at_once(folder: Path, _: random.Random) -> None:
    first, second, fresh = linting(folder), linting(folder), linting(folder, "--no-cache")
    expected, _ = fresh.communicate(timeout=60)
    for each in (first, second):
        assert each.communicate(timeout=60) == (expected, None)


def killed(folder: Path, choose: random.Random) -> None:
    """A run ends at any time: before, while or after it writes."""
    run = linting(folder)
    time.sleep(choose.random() * 0.4)
    run.kill()
    run.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("trusting", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_findings_do_not_depend_on_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, trusting: bool
) -> None:
    choose = random.Random(f"{seed} {STEPS}")
    world, folder = tmp_path / "world", tmp_path / "cache"
    write(world, WORLD)
    (world / "shop/.git").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    changes, cache = Changes(world, choose), Cache(folder / "modgo", choose)
    done = ["nothing"]
    for _ in range(STEPS):
        asked = choose.choice((".", ".", "shop", "shop/stock", "shop/counters/counters.go"))
        top = str(world / asked if (world / asked).exists() else world)
        facts, store = DiskFactsCache(), Trusting() if trusting else DiskStore()
        pool = LintWorkerPool(facts, 2, 0) if choose.random() < 0.2 else None
        cached = lint_paths([top], DiskFiles(), machine=Machine(find_go_environment, facts, store, pool))
        uncached = lint_paths([top], DiskFiles(), machine=Machine(find_go_environment))
        assert comparable(cached) == comparable(uncached), done
        chance = choose.random()
        if chance < 0.05:
            outside: Callable[[Path, random.Random], None] = choose.choice((two_at_once, killed))
            outside(world, choose)
            done.append(outside.__name__)
        elif chance < 0.15:
            name, values = choose.choice(SETTINGS)
            value = choose.choice(values)
            monkeypatch.setenv(name, value)
            done.append(f"{name}={value}")
        elif chance < 0.3:
            done.append(cache.one())
        else:
            done.append(changes.one())


def test_a_run_that_finds_everything_cached_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    class Counting(Trusting):
        def put(self, root: str, environment: GoEnvironment, value: bytes) -> None:
            written.append(root)
            super().put(root, environment, value)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path, WORLD)
    counts = []
    for text in ("", "", "", "\n// more\n", ""):
        with (tmp_path / "shop/stock/stock.go").open("a") as file:
            file.write(text)
        machine = Machine(find_go_environment, DiskFactsCache(), Counting())
        lint_paths([str(tmp_path / "shop")], DiskFiles(), machine=machine)
        counts.append(len(written))
        written.clear()
    assert counts[0] > 0
    assert counts[1:3] == [0, 0]
    assert counts[3] == 1
    assert counts[4] == 0


def test_a_change_within_one_time_stamp_is_detected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file and size, within one time stamp: stamps of files that have just been changed aren't
    trusted."""

    class Coarse(DiskFiles):
        """A file system that counts in two seconds."""

        def stamp(self, path: str) -> Stamp | None:
            found = super().stamp(path)
            at = 2 * 10**9
            return found and Stamp(
                found.modified // at * at, found.changed // at * at, found.size, found.inode
            )

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path, WORLD)
    path, top = tmp_path / "shop/stock/stock.go", str(tmp_path / "shop")
    texts = [path.read_text(), path.read_text().replace("func Forgotten", "func forgotten")]
    for number in range(40):
        path.write_text(texts[number % 2])
        machine = Machine(find_go_environment, store=DiskStore())
        found = lint_paths([top], Coarse(), {"select": ["MG101"]}, machine=machine).findings
        assert len(found) == 1 - number % 2


def test_a_damaged_entry_is_a_cache_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = DiskFactsCache()
    cache.put("key", b"a value")
    (path,) = (path for path in Path(cache.folder).rglob("key") if path.is_file())
    whole = path.read_bytes()
    assert DiskFactsCache().get("key") == b"a value"
    others = [whole[:length] for length in range(len(whole))] + [whole + b"x", b"\0" * len(whole)]
    for bit in range(8 * len(whole)):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        others.append(bytes(turned))
    for damaged in others:
        path.write_bytes(damaged)
        assert DiskFactsCache().get("key") is None
