"""Shell completion: in a real bash, and the answers for zsh and fish."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from modgo_lsp.cli import call
from modgo_lsp.cli.completion import functions, rules
from modgo_lsp.rules.catalogue import RULES

ROOT = Path(__file__).parents[2]
SOURCE = (
    'package m\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\nfunc init() {\n'
    '\tudf.Register("add", func(n int) int { return n })\n'
    '\tudf.Register("answer", func() int { return 42 })\n'
    '\tudf.Register("all", func(s *udf.Stream) *udf.Stream { return s })\n}\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package m, and a modgo for shells to call."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "m.go").write_text(SOURCE)
    (tmp_path / "bin").mkdir()
    modgo = tmp_path / "bin" / "modgo"
    modgo.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m modgo_lsp "$@"\n')
    modgo.chmod(0o755)
    return tmp_path


def run(folder: Path, *command: str, **environment: str) -> str:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def completed(folder: Path, line: str) -> list[str]:
    """What bash offers for the last word of `line`."""
    script = (
        'eval "$(modgo completion bash)"\n'
        f"COMP_WORDS=({line})\nCOMP_CWORD=$(({len(line.split(' ')) - 1}))\n"
        '_modgo_completion modgo\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    return run(folder, "bash", "--norc", "-c", script).split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("modgo ca", ["call"]),
        ("modgo co", ["config", "completion"]),
        ("modgo call ./m a", ["add", "answer"]),
        ("modgo call --stream ./m a", ["all"]),
        ("modgo call nowhere.so a", []),
        ("modgo bench --stream ./m a", ["all"]),
        ("modgo call ./bin a", []),
        ("modgo rule MG10", [f"MG10{number}" for number in range(1, 10)]),
        ("modgo rule unreg", ["unregistered-udf"]),
        ("modgo build --dispatch e", ["exported"]),
        ("modgo deploy --tls-en", ["--tls-enable"]),
        ("modgo sdk i", ["install"]),
        ("modgo nowhere --js", []),
    ],
)
def test_in_bash(folder: Path, line: str, words: list[str]) -> None:
    assert completed(folder, line) == words


def test_functions_of_a_built_module(folder: Path) -> None:
    run(folder, "modgo", "sdk", "install")
    (folder / "m" / "go.mod").write_text(
        "module example.com/m\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
    )
    subprocess.run([folder / "bin" / "modgo", "build", "m"], cwd=folder, check=True, capture_output=True)
    assert completed(folder, "modgo call m.so a") == ["add", "answer"]


@pytest.mark.parametrize(("shell", "word"), [("zsh", "CURRENT"), ("fish", "commandline")])
def test_other_shells_get_a_script_and_help(folder: Path, shell: str, word: str) -> None:
    assert word in run(folder, "modgo", "completion", shell)
    asked = {"COMP_WORDS": "modgo cal", "COMP_CWORD": "1" if shell == "zsh" else "cal"}
    offered = run(folder, "modgo", **asked, _MODGO_COMPLETE=f"{shell}_complete")
    assert "Call a function of a module on a record." in offered


def test_the_shell_completes_files(folder: Path) -> None:
    for line in ("modgo call c", "modgo lint c", "modgo call x f --record c", "modgo deploy c"):
        asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
        assert run(folder, "modgo", **asked, _MODGO_COMPLETE="bash_complete") == "file,c\n"


def test_functions_in_the_manifest_of_a_module(tmp_path: Path) -> None:
    """As they stand among other bytes; strings as JSON has them."""
    manifest = "".join(
        f'{{"name": "{name}", "kind": "{kind}", "params": [{{"name": "n"}}], "doc": ""}},'
        for name, kind in (("b", "record"), ('a\\"é', "record"), ("s", "stream"), ("x" * 201, "record"))
    )
    module = tmp_path / "m.so"
    module.write_bytes(b"\x7fELF\xff" + manifest.encode() + b'{"name": "cut", "kind": "record"\0')
    for stream, begun, found in (
        (False, "", ['a"é', "b"]),
        (False, "b", ["b"]),
        (False, "s", []),
        (True, "", ["s"]),
    ):
        context = click.Context(call.command)
        context.params = {"module": str(module), "stream": stream}
        assert functions(context, context.command.params[0], begun) == found
        context.params["module"] = None
        assert functions(context, context.command.params[0], begun) == []


@pytest.mark.parametrize(
    ("begun", "first", "count"),
    [
        ("", "MG101", len(RULES)),
        ("m", "MG101", len(RULES)),
        ("Mg10", "MG101", sum(code.startswith("MG10") for code in RULES)),
        ("mg2", "MG201", sum(code.startswith("MG2") for code in RULES)),
        ("unreg", "unregistered-udf", 1),
        ("mx", "", 0),
    ],
)
def test_rules_by_code_or_name(begun: str, first: str, count: int) -> None:
    context = click.Context(call.command)
    found = rules(context, context.command.params[0], begun)
    assert len(found) == count
    if found:
        assert found[0].value == first
        assert found[0].help == RULES["MG101" if first != "MG201" else first].summary
