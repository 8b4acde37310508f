"""Every writing command with every kind of file at its output path: no file is lost or written elsewhere."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modgo_lsp.cli import plugin
from modgo_lsp.cli.commands import modgo
from modgo_lsp.file_writer import WriteRefusedError, workspace_of
from modgo_lsp.host.record_store import Store, StoreError
from modgo_lsp.ide.new_sample import NewSample
from modgo_lsp.server.commands.new_sample import write_sample
from tests.elf_files import SHARED_OBJECT
from tests.hostile.write_targets import BASELINE, PLACES, UNREGISTERED, Attack, World

# --- the commands that write, each with the content of a file that it may replace


def run(*words: str) -> Result:
    return CliRunner().invoke(modgo, list(words))


def _configured_baseline(place: Path) -> Result:
    (place.parent / "modgo.toml").write_text(f"baseline = '{place.name}'\n")
    return run("lint", "--write-baseline")


def _plugin(place: Path) -> Result:
    return run("plugin", "-o", str(place.parent.parent))


WRITERS: dict[str, tuple[str, bytes, Callable[[Path], Result]]] = {
    "build -o": ("out.so", SHARED_OBJECT, lambda place: run("build", "-o", str(place))),
    "build": ("workspace.so", SHARED_OBJECT, lambda place: run("build")),
    "build --json": ("out.so", SHARED_OBJECT, lambda place: run("build", "-o", place.name, "--json")),
    "lint --baseline": (
        "known.json", BASELINE, lambda place: run("lint", "--write-baseline", "--baseline", place.name)
    ),
    "lint, by default": ("modgo-baseline.json", BASELINE, lambda place: run("lint", "--write-baseline")),
    "lint, as configured": ("known.json", BASELINE, _configured_baseline),
    "plugin": ("p/lib/libmod_go_asd.so", SHARED_OBJECT, _plugin),
}  # fmt: skip


@pytest.fixture(autouse=True)
def shipped_plugin(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("plugin")
    for name in (plugin.LIBRARY, plugin.WORKER):
        (folder / name).parent.mkdir()
        (folder / name).write_bytes(SHARED_OBJECT)
    monkeypatch.setattr(plugin, "server_plugin", lambda arch: folder)


@pytest.mark.parametrize("what", PLACES)
@pytest.mark.parametrize("writer", WRITERS)
def test_files_that_modgo_did_not_write_are_not_replaced(
    writer: str, what: str, world: World, attack: Attack
) -> None:
    attack("writers")
    name, own, write = WRITERS[writer]
    if writer.startswith("build -") and what.endswith("folder"):
        pytest.skip("a folder is where the module goes")
    place = world.workspace / name
    place.parent.mkdir(parents=True, exist_ok=True)
    PLACES[what](place, world, own)
    before = world.tree()
    done = write(place)
    _only_new(world, before, {"workspace/modgo.toml", "workspace/p/bin", "workspace/p/bin/mod-go-worker"})
    _is_refused(done, place.name)


def _is_refused(done: Result, name: str) -> None:
    """The command ended like a usage error that names the file, the reason and a remedy."""
    assert done.exit_code == 2, done.output
    assert name in done.output
    assert "Help: " in done.output or '"kind": "usage"' in done.output
    assert "Traceback" not in done.output


def _only_new(world: World, before: dict[str, tuple[object, ...]], new: set[str]) -> None:
    after = world.tree()
    assert {path: facts for path, facts in after.items() if path in before} == before
    assert after.keys() - before.keys() <= new


OUT = {
    "a folder that leads out": "link/new.so",
    "folders that are not there": "link/a/b/new.so",
    "a folder, ending in a slash": "link/sub/",
    "up and down": "sub/../link/new.so",
}


@pytest.mark.parametrize("path", OUT.values(), ids=OUT)
@pytest.mark.parametrize("words", [("build", "-o"), ("lint", "--write-baseline", "--baseline")], ids=str)
def test_a_folder_does_not_lead_out(words: tuple[str, ...], path: str, world: World, attack: Attack) -> None:
    attack("writers")
    (world.workspace / "link").symlink_to(world.outside)
    before = world.tree()
    done = run(*words, path)
    assert world.tree() == before
    _is_refused(done, "link")


NAMES = ["/absolute/known.json", "../outside/new.json", "../outside/b.json", "sub/../../outside/new.json"]
NAMES += ["a\\u0000b", "x" * 300, "m.go/x.json", "/dev/null", "/proc/self/mem", "/dev/full"]


@pytest.mark.parametrize("name", NAMES)
def test_a_repository_names_no_file_elsewhere(name: str, world: World, attack: Attack) -> None:
    attack("writers")
    name = name.replace("/absolute", str(world.outside))
    (world.workspace / "modgo.toml").write_text(f'baseline = "{name}"\n')
    before = world.tree()
    done = run("lint", "--write-baseline")
    assert world.tree() == before
    _is_refused(done, "")


@pytest.mark.parametrize("option", [("build", "-o"), ("lint", "--write-baseline", "--baseline")], ids=str)
@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "m.go/x", "/dev/null", "/dev/full", "/proc/1/x", ""])
def test_names_that_no_file_can_have(
    option: tuple[str, ...], name: str, world: World, attack: Attack
) -> None:
    attack("writers")
    before = world.tree()
    done = run(*option, name)
    assert world.tree() == before
    assert done.exit_code == 2, done.output
    assert "\nHelp: " in done.output


@pytest.mark.parametrize("what", [name for name in PLACES if "link" in name])
def test_a_source_outside_the_workspace_is_not_fixed(what: str, world: World, attack: Attack) -> None:
    attack("writers")
    place = world.workspace / "x.go"
    PLACES[what](place, world, UNREGISTERED.replace("Add", "Sub").encode())
    before = world.tree()
    done = run("lint", "--fix", "--unsafe-fixes", "x.go")
    assert world.tree() == before
    if "own kind" in what or "up" in what:
        assert "Note: x.go is not fixed: it has to lie in" in done.output


def test_the_other_files_are_fixed(world: World, attack: Attack) -> None:
    attack("writers")
    (world.workspace / "other").mkdir()
    (world.workspace / "other" / "x.go").symlink_to(world.outside / "x.go")
    before = world.tree()
    done = run("lint", "--fix")
    assert "Register" in (world.workspace / "m.go").read_text()
    del before["workspace/m.go"]
    _only_new(world, before, {"workspace/m.go"})
    assert "Note: other/x.go is not fixed" in done.output
    assert done.exit_code == 1  # its finding remains


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
@pytest.mark.parametrize("target", ["{outside}/{name}", "{outside}/new", "/dev/null"])
def test_the_sdk_is_written_into_the_module_alone(
    name: str, target: str, world: World, attack: Attack
) -> None:
    attack("writers")
    (world.workspace / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    shutil.copy(world.workspace / "go.mod", world.outside / "go.mod")
    (world.outside / "go.sum").write_text("")
    (world.workspace / name).unlink(missing_ok=True)
    (world.workspace / name).symlink_to(target.format(outside=world.outside, name=name))
    before = world.tree()
    done = run("sdk", "install", "--write")
    assert world.tree() == before
    _is_refused(done, "go.mod" if name == "go.mod" else name)


@pytest.mark.parametrize("what", ["folder that leads out", "file", "bind file of the user's"])
def test_generated_files_stay_in_their_folder(what: str, world: World, attack: Attack) -> None:
    attack("writers")
    (world.workspace / "m.go").write_text(UNREGISTERED + '\nfunc init() { udf.Register("add", Add) }\n')
    kept = world.workspace / "kept"
    if what == "file":
        kept.write_text("mine")
    elif what == "folder that leads out":
        kept.symlink_to(world.outside)
    else:
        kept.mkdir()
        for name in ("zz_modgo_bind.go", "zz_modgo.go", "zz_modgo_main"):
            (kept / name).write_text("mine")
    before = world.tree()
    done = run("build", "-o", "new.so", "--keep-generated", "kept")
    _only_new(world, before, {"workspace/kept/" + name for name in ("zz_modgo_main",)})
    _is_refused(done, "kept")


# --- stores, which SQLite writes


STORE_FILES = ("", "-journal", "-wal", "-shm")


@pytest.mark.parametrize("ending", STORE_FILES)
@pytest.mark.parametrize("what", [name for name in PLACES if name != "empty"])
def test_a_store_changes_no_other_file(what: str, ending: str, world: World, attack: Attack) -> None:
    attack("writers")
    if ending and "link" not in what and what not in ("folder", "full folder", "pipe", "device", "socket"):
        pytest.skip("beside a store SQLite's own files are SQLite's")
    if what in ("database", "read-only"):
        pytest.skip("SQLite says what is wrong with a database")
    place = world.workspace / f"s.db{ending}"
    PLACES[what](place, world, b"SQLite format 3\0")
    before = world.tree()
    with pytest.raises(StoreError, match=rf"s\.db{ending}"):
        Store(world.workspace / "s.db")
    assert world.tree() == before


# --- samples: a repository chooses their names and may have made their folders


@pytest.mark.parametrize("link", ["testdata", "testdata/udf", "testdata/udf/add.record.json"])
def test_a_sample_is_written_into_the_workspace(link: str, world: World, attack: Attack) -> None:
    attack("writers")
    place = world.workspace / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(world.outside / ("new" if "record" in link else ""))
    before = world.tree()
    sample = NewSample(str(world.workspace / "testdata/udf/add.record.json"), "{}\n", ({},))
    with pytest.raises(WriteRefusedError):
        write_sample(sample, str(world.workspace))
    assert world.tree() == before


# --- valid writes


def test_own_files_are_replaced_and_keep_their_mode(world: World) -> None:
    for name, words, content in (
        ("out.json", ("lint", "--write-baseline", "--baseline", "out.json"), BASELINE),
        ("out.json", ("lint", "--write-baseline", "--baseline", "out.json", "--force"), b"mine"),
    ):
        place = world.workspace / name
        place.write_bytes(content)
        place.chmod(0o640)
        assert run(*words).exit_code == 0
        assert b"MG101" in place.read_bytes()
        assert stat.S_IMODE(place.stat().st_mode) == 0o640


def test_a_link_within_the_workspace_is_followed(world: World) -> None:
    (world.workspace / "real.json").write_bytes(BASELINE)
    (world.workspace / "known.json").symlink_to("real.json")
    assert run("lint", "--write-baseline", "--baseline", "known.json").exit_code == 0
    assert (world.workspace / "known.json").is_symlink()
    assert b"MG101" in (world.workspace / "real.json").read_bytes()


def test_the_workspace_of_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    assert workspace_of(inner / "x") == str(tmp_path / "a")  # the working directory
    assert workspace_of(tmp_path / "x") == str(tmp_path)  # its own folder
    (tmp_path / "a" / "b" / "go.mod").touch()
    (inner / "go.mod").touch()
    assert workspace_of(inner / "x") == str(tmp_path / "a" / "b")  # the outermost Go module
    (inner / ".git").touch()
    assert workspace_of(inner / "x") == str(inner)  # the repository
