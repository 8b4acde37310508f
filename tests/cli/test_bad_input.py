"""Every command with bad input: options, files, names, locales, pipes and interrupts.

The commands and their parameters come from the command table, so that a new command is tested as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from modgo_lsp.cli.commands import COMMANDS, run

ROOT = Path(__file__).parents[2]
# What a parameter gets that is neither a file nor under test.
VALUES = {
    "hosts": "127.0.0.1:1",
    "function": "add",
    "shell": "bash",
    "key": '["test", "demo", "k"]',
    "code": "MG101",
}
# A name that a terminal would obey, with spaces and letters outside of ASCII.
NAME = "a b\x1b[31m\tgeöffnet 数"


def every_command() -> Iterator[tuple[str, click.Command]]:
    for name, (module, _) in COMMANDS.items():
        command = import_module(module).command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", child) for below, child in command.commands.items())
        else:
            yield name, command


BY_NAME = dict(every_command())


def words_of(name: str, file: str) -> list[str]:
    """A command line in which every argument that may be a file is `file`, and every required option has a
    value."""
    words = name.split()
    for parameter in BY_NAME[name].params:
        key = parameter.name or ""
        if isinstance(parameter, click.Argument) and (parameter.required or parameter.metavar):
            words.append(VALUES.get(key, file))
        elif parameter.required or key in ("key", "hosts"):
            words += [parameter.opts[0], VALUES[key]]
    return words


def file_options(name: str) -> Iterator[str]:
    for parameter in BY_NAME[name].params:
        metavar = parameter.metavar or ""
        if isinstance(parameter, click.Option) and any(
            word in metavar for word in ("FILE", "DIR", "PATH", "GO", "CC")
        ):
            yield parameter.opts[0]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with files that no command can use."""
    here = tmp_path / "here"
    here.mkdir()
    for kind in ("CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    monkeypatch.delenv("MODGO_DEBUG", raising=False)
    monkeypatch.chdir(here)
    (here / "binary").write_bytes(bytes(range(256)) * 20)
    (here / "binary.so").write_bytes(b"\x7fELF" + bytes(range(256)) * 20)
    (here / "empty.so").touch()
    (here / "bom.json").write_bytes(b"\xef\xbb\xbf{\r\n")
    (here / "loop").symlink_to("loop")
    os.mkfifo(here / "pipe")
    (here / "folder").mkdir()
    (here / "folder.go").mkdir()
    (here / NAME).write_text("not\r\nanything\r\n")
    return here


def bad_files(here: Path) -> list[str]:
    undecodable = os.fsdecode(b"m\xff\xfe.go")
    return [*sorted(each.name for each in here.iterdir()), "missing", "no/such", undecodable, "/dev/null", ""]


def ends_well(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """Runs the command in this process: it ends with one of its exit codes, and writes what a terminal can
    show."""
    try:
        code = run(words)
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        pytest.fail(f"{words} was interrupted")
    output = "".join(capfd.readouterr())
    assert code in (None, 0, 1, 2), (words, code, output)
    assert "Traceback" not in output, (words, output)
    assert "\x1b" not in output, (words, output)
    if code == 2:
        assert output.strip(), words


@pytest.mark.parametrize("name", BY_NAME)
def test_an_unknown_option_is_an_error(name: str, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = run([*words_of(name, "missing"), "--no-such-option"])
    written = capfd.readouterr()
    assert (code, written.out) == (2, "")
    assert "Error: " in written.err
    assert "--no-such-option" in written.err


# `modgo lsp` reads the standard input of the process until it ends: its options are tested in
# tests/server/.
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "lsp"])
def test_bad_files_are_errors(name: str, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for file in bad_files(place):
        ends_well(words_of(name, file), capfd)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "lsp" and any(file_options(name))])
def test_bad_files_of_options_are_errors(name: str, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for option in [*file_options(name), "--config"]:
        for file in bad_files(place):
            ends_well([*words_of(name, "folder"), option, file], capfd)


def process(words: list[str], here: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", *words],
        cwd=here,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", BY_NAME)
def test_a_locale_without_utf_8(name: str, place: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (words_of(name, NAME), [*name.split(), "--help"]):
        for encoding in ("", "iso-8859-1", "ascii"):
            done = process(words, place, **plain, PYTHONIOENCODING=encoding)
            written = (done.stdout + done.stderr).decode(encoding if encoding == "iso-8859-1" else "utf-8")
            assert done.returncode in (0, 1, 2), written
            assert "Traceback" not in written
            assert "modgo itself" not in written


@pytest.mark.parametrize("name", BY_NAME)
def test_a_reader_that_ends(name: str, place: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$@" | head -c 1 >/dev/null', "bash",
         sys.executable, "-m", "modgo_lsp", *name.split(), "--help"],
        cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, 141), done.stderr
    assert done.stderr == b""


# Raises KeyboardInterrupt at the Nth event of a kind, as a signal would there, and counts them for N = 0.
INTERRUPTED = """
import sys
kind, at, *words = sys.argv[1:]
sys.argv = ["modgo", *words]
seen = 0
def hook(event, _):
    global seen
    if event == kind:
        seen += 1
        if seen == int(at):
            raise KeyboardInterrupt
from modgo_lsp.cli.main import main
sys.addaudithook(hook)
try:
    main()
finally:
    if at == "0":
        print("\\nEVENTS", seen, file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "lsp"])
def test_an_interrupt_anywhere_ends_it_quietly(name: str, place: Path) -> None:
    def interrupted(kind: str, at: int) -> subprocess.CompletedProcess[str]:
        shutil.rmtree(place / "folder")  # `modgo new` has filled it
        (place / "folder").mkdir()
        return subprocess.run(
            [sys.executable, "-c", INTERRUPTED, kind, str(at), *words_of(name, "folder")],
            cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    for kind in ("import", "open"):
        count = int(interrupted(kind, 0).stderr.rpartition("EVENTS ")[2])
        for at in {count // 3, count - 1} - {0, -1}:
            done = interrupted(kind, at)
            assert done.returncode == 130, (kind, at, done.stderr)
            assert done.stderr.strip() == "", (kind, at)


SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
SOURCE = f'package shop\n\nimport "{SDK}"\n\nfunc init() {{}}\n\nfunc Sub(rec *udf.Record) {{}}\n'


@pytest.mark.parametrize(
    "words",
    [("lint", "--fix"), ("lint", "--add-suppressions"), ("lint", "--write-baseline"), ("new", "shop")],
)
def test_a_full_disk_leaves_the_files_as_they_were(words: tuple[str, ...], place: Path) -> None:
    folder = place / "full"
    folder.mkdir()
    (folder / "go.mod").write_text(f"module example.com/shop\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n")
    (folder / "shop.go").write_text(SOURCE)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; "$@" 2>&1 | cat', "bash", sys.executable, "-m", "modgo_lsp", *words],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "Error: " in done.stdout
    assert "Traceback" not in done.stdout
    assert "modgo itself" not in done.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert not (folder / "shop").exists()
