"""The options that every command has, before or after its name, and the two spellings of JSON."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from modgo_lsp.cli.command import Command
from modgo_lsp.cli.commands import COMMANDS, modgo
from modgo_lsp.cli.global_options import OPTIONS, global_options

ROOT = Path(__file__).parents[2]
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/shop\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"
# Sub is not registered: MG101.
SOURCE = (
    f'package shop\n\nimport "{SDK}"\n\nfunc init() {{\n\tudf.Register("add", Add)\n}}\n\n'
    "func Add(rec *udf.Record) {}\n\nfunc Sub(rec *udf.Record) {}\n"
)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**clean, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / ".cache"), **environment},
        timeout=60,
        check=False,
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text(GO_MOD)
    (tmp_path / "shop.go").write_text(SOURCE)
    return tmp_path


def every_command() -> Iterator[tuple[str, click.Command]]:
    for name, (module, _) in COMMANDS.items():
        command = import_module(module).command
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", child) for below, child in command.commands.items())


@pytest.mark.parametrize("name", [name for name, _ in every_command()])
def test_every_command_takes_them_before_and_after_its_name(name: str) -> None:
    assert isinstance(dict(every_command())[name], Command)
    words = ("-q", "-v", "--color=never")
    for line in ([*words, *name.split(), "-h"], [*name.split(), *words, "-h"]):
        ran = CliRunner().invoke(modgo, line)
        assert ran.exit_code == 0, ran.output
        section = ran.output.partition("Global options:")[2]
        assert all(option.opts[-1] in section for option in OPTIONS), ran.output
        chosen = global_options()
        assert (chosen.quiet, chosen.verbose, chosen.color) == (True, True, "never")


JSON = [name for name, command in every_command() if "as_json" in {param.name for param in command.params}]


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("spelling", [["--json"], ["--output-format", "json"], ["--output-format=json"]])
def test_json_has_one_meaning(name: str, spelling: list[str], tmp_path: Path) -> None:
    ran = run(tmp_path, *name.split(), *spelling, "--no-such-option")
    assert ran.returncode == 2
    answer = json.loads(ran.stdout)
    assert (answer["ok"], answer["error"]["kind"]) == (False, "usage")
    assert "--no-such-option" in answer["error"]["message"]


def test_both_spellings_write_the_same(shop: Path) -> None:
    for words in (["lint"], ["rule", "MG101"], ["config"]):
        short = run(shop, *words, "--json").stdout
        assert run(shop, *words, "--output-format", "json").stdout == short
        json.loads(short)


def test_color(shop: Path) -> None:
    assert "\x1b[" in run(shop, "--color", "always", "lint", NO_COLOR="1").stdout
    assert "\x1b[" in run(shop, "lint", "--color=always").stdout
    assert "\x1b[" not in run(shop, "lint", "--color=never", FORCE_COLOR="1").stdout
    assert "\x1b[" in run(shop, "lint", "--color=auto", FORCE_COLOR="1").stdout
    assert "\x1b[" not in run(shop, "lint").stdout
    assert "\x1b[" in run(shop, "rule", "MG101", "--color=always").stdout
    assert "\x1b[" not in run(shop, "rule", "MG101").stdout
    assert run(shop, "rule", "MG101", "--color=red").returncode == 2
    ours, theirs = pty.openpty()
    for word, colours in (("never", False), ("auto", True)):
        command = [sys.executable, "-m", "modgo_lsp", "lint", "--color", word, str(shop)]
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        subprocess.run(command, stdout=theirs, env={**environment, "TERM": "xterm", "PYTHONPATH": str(ROOT)})
        assert (b"\x1b[" in os.read(ours, 65536)) == colours
    os.close(ours)
    os.close(theirs)


def test_quiet_lint_writes_findings_alone(shop: Path) -> None:
    (shop / "other.go").write_text('package shop\n\nimport "example.com/missing"\n\nvar X missing.T\n')
    loud, quiet = run(shop, "lint"), run(shop, "-q", "lint")
    assert loud.returncode == quiet.returncode == 1
    assert loud.stdout.startswith(quiet.stdout.rstrip())
    assert "Found" in loud.stdout
    assert "Found" not in quiet.stdout
    assert quiet.stderr == ""


def test_verbose_names_what_it_runs_and_reads(shop: Path) -> None:
    (shop / "modgo.toml").write_text('go = "no-such-go"\n')
    ran = run(shop, "-v", "doctor")
    assert f"settings of {shop}/modgo.toml" in ran.stderr
    assert f"ran {sys.executable}" in ran.stderr or "version in" in ran.stderr
    assert run(shop, "doctor").stderr == ""
    details = run(shop, "lint", "-v").stderr
    assert "packages: 1, files: 1, " in details
    assert f"UDF module {shop}, settings relative to {shop}\n" in details


def test_config_names_the_file(shop: Path) -> None:
    (shop / "modgo.toml").write_text('ignore = ["MG1"]\n')
    (shop / "ci").mkdir()
    named = shop / "ci" / "strict.toml"
    named.write_text('ignore = []\n"per-file-ignores" = {"gen/" = ["MG101"]}\n')
    (shop / "gen").mkdir()
    (shop / "gen" / "gen.go").write_text(SOURCE.replace("shop", "gen").replace("add", "sum"))
    assert run(shop, "lint").returncode == 0
    for words in (["lint", "--config", "ci/strict.toml"], ["--config=ci/strict.toml", "lint"]):
        ran = run(shop, *words)
        assert ran.returncode == 1
        assert "shop.go" in ran.stdout
        assert "gen.go" not in ran.stdout  # patterns are relative to the current folder
    values = json.loads(run(shop, "config", "--json", "--config", str(named)).stdout)
    assert values["file"] == str(named)
    assert values["settings"]["ignore"] == {"value": [], "source": f"{named}:1"}
    assert run(shop, "lint", "--fix", "--config", str(named)).returncode == 0
    assert 'Register("Sub"' in (shop / "shop.go").read_text() or "sub" in (shop / "shop.go").read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        (b"select = [", "ci.toml:1"),
        (b"\xff\xfe\x00", "ci.toml:1"),
        (b"no-such-key = 1\n", "unknown key no-such-key"),
    ],
)
def test_a_bad_config_file_is_an_error(shop: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (shop / "ci.toml").write_bytes(content)
    for words in (["lint"], ["config"]):
        ran = run(shop, *words, "--config", "ci.toml")
        assert ran.returncode == 2
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr
