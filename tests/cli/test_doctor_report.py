"""The checks of `modgo doctor` as it shows them, and its report for others."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest

from modgo_lsp import __version__
from modgo_lsp.build.toolchain import CCompiler, Go, ToolchainError
from modgo_lsp.cli.bug_report import _VARIABLES, CheckRow, bug_report, without_secrets
from modgo_lsp.cli.doctor import Check, _cache, _fence, _line, _loader, _sdk, _shown, _tool
from modgo_lsp.cli.global_options import global_options


@pytest.mark.parametrize(
    ("check", "line"),
    [
        (
            Check("go", True, "1.26", "/usr/go", "1.26, on PATH"),
            "go:          ok  /usr/go\n    1.26, on PATH",
        ),
        (
            Check("c-compiler", False, None, None, "there is none", "install one"),
            "c-compiler:  error\n    there is none\n    Help: install one",
        ),
        (
            Check("zig", True, None, "~/zig", "not found", "install it"),
            "zig:         optional  ~/zig\n    not found\n    Help: install it",
        ),
    ],
)
def test_a_check_in_text(check: Check, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_options(), "color", "never")
    assert _line(check) == line


def test_the_home_folder_is_shown_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for path, shown in (("a/b", "~/a/b"), ("", str(tmp_path))):
        assert _shown(str(tmp_path / path)) == shown
    assert _shown(f"{tmp_path}2/a") == f"{tmp_path}2/a"


async def test_where_a_tool_is_from() -> None:
    async def go() -> Go:
        return Go("/go", "1.26.1", "wheel", {}, {})

    async def cc() -> CCompiler:
        return CCompiler(("/gcc", "-m64"), "gcc (Debian 12.2.0-14) 12.2.1", "environment")

    async def nothing() -> Go:
        raise ToolchainError("there is none", "install one")

    assert (await _tool("go", go))[1] == Check("go", True, "1.26.1", "/go", "1.26.1, from the wheel")
    named = "gcc (Debian 12.2.0-14) 12.2.1, named by CC"
    assert (await _tool("cc", cc))[1] == Check("cc", True, "12.2.0", "/gcc", named)
    missing = Check("go", False, None, None, "there is none", "install one")
    assert await _tool("go", nothing) == (None, missing)


async def test_checks_that_others_are_needed_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = tmp_path / "modgo"
    assert _cache() == Check("cache", True, None, str(cache), "can be written")
    assert list(cache.iterdir()) == []
    needs = Check("libmod_go", False, None, None, "needs a C compiler to be built", "see c-compiler")
    assert await _loader(None) == (None, needs)
    untested = Check("fence", False, None, None, "is tested with libmod_go", "see libmod_go")
    assert await _fence(None) == (untested, None)
    sdk = _sdk(None)
    assert (sdk.ok, sdk.path, sdk.message, sdk.remedy) == (True, None, "shipped with modgo", None)
    there = _sdk(Go("/go", "1.26.1", "PATH", {"GOMODCACHE": str(tmp_path)}, {}))
    message = "shipped with modgo; the first build puts it into the module cache"
    assert there == Check("sdk", True, sdk.version, None, message)


def test_the_whole_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("CC", "/home/somebody/cc")
    monkeypatch.setenv("CI", "")
    monkeypatch.setenv("OTHER", "x")
    (tmp_path / "modgo.toml").write_text('ignore = ["MG104"]\nselct = 3\n')
    checks = [
        CheckRow("go", True, "1.26", "/go", "it\nis | there"),
        CheckRow("zig", False, None, None, "not found"),
    ]
    report = bug_report(checks, tmp_path).splitlines()
    libraries = report.pop(8)
    assert libraries.startswith("- tree-sitter ")
    assert ", msgspec " in libraries
    file = tmp_path / "modgo.toml"
    assert report == [
        "### What happened, and what you expected",
        "",
        "",
        "### Versions",
        "",
        f"- modgo {__version__}",
        f"- {platform.python_implementation()} {platform.python_version()}, {sys.executable}",
        f"- {platform.platform()}, {os.cpu_count()} cores",
        "",
        "### Checks",
        "",
        "| | | version | where | |",
        "| --- | --- | --- | --- | --- |",
        "| go | ok | 1.26 | /go | it is \\| there |",
        "| zig | **missing** |  |  | not found |",
        "",
        "### Settings other than the defaults",
        "",
        f"- file: {file}",
        f'- `ignore = ["MG104"]` ({file}:1)',
        f"- problem: {file}:2: unknown key selct; did you mean select?",
        "",
        "### Environment",
        "",
        "- `CC=~/cc`",
        "",
        "### Editor",
        "",
        "If the problem is in an editor: which one, its version, and the output of `modgo.status`.",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/me /home/me/x /home/me2 /home/me-x", "~ ~/x /home/me2 /home/me-x"),
        ("https://me:pw@host/a@b http://host", "https://…@host/a@b http://host"),
        ("PASSWORD=x, token: y; my_secret = z", "PASSWORD=…, token: …; my_secret = …"),
        ("keys no=key", "keys no=key"),
    ],
)
def test_secrets(text: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert without_secrets(text) == shown
    monkeypatch.setenv("HOME", "/")
    assert without_secrets("/a /b") == "/a /b"
    monkeypatch.setenv("HOME", "/a")
    assert without_secrets("/a /b") == "~ /b"
