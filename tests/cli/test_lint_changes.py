"""`modgo lint` with --exclude, --show-fixes, --add-suppressions and --new-since."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/shop\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"
# Sub is not registered: MG101.
SOURCE = (
    f'package shop\n\nimport "{SDK}"\n\nfunc init() {{\n\tudf.Register("add", Add)\n}}\n\n'
    "func Add(rec *udf.Record) {}\n\nfunc Sub(rec *udf.Record) {}\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "a shop, geöffnet"
    (folder / "gen").mkdir(parents=True)
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "shop.go").write_text(SOURCE)
    (folder / "gen" / "gen.go").write_text(SOURCE.replace("package shop", "package gen"))
    return folder


def lint(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "lint", *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder.parent / "c"),
            **environment,
        },
        timeout=60,
        check=False,
    )


def places(folder: Path, *options: str, **environment: str) -> list[str]:
    ran = lint(folder, *options, "--json", **environment)
    return [
        f"{found['path']}:{found['range']['start']['line']}" for found in json.loads(ran.stdout)["findings"]
    ]


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(shop: Path) -> Path:
    git(shop, "init", "-q")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "all")
    return shop


@pytest.mark.parametrize("pattern", ["gen", "gen/", "/gen", "gen/gen.go", "*/gen.go", "**/gen.go"])
def test_exclude(shop: Path, pattern: str) -> None:
    assert places(shop) == ["gen/gen.go:11", "shop.go:11"]
    assert places(shop, "--exclude", pattern) == ["shop.go:11"]
    (shop / "modgo.toml").write_text(f'exclude = ["{pattern}"]\n')
    assert places(shop) == ["shop.go:11"]
    assert places(shop, "--exclude", "shop.go") == []  # it adds to the setting
    assert places(shop, "--exclude", "shop.go/") == ["shop.go:11"]  # a folder
    ran = lint(shop, "gen/gen.go")
    assert ran.returncode == 0
    assert "covers it: gen/gen.go" in ran.stderr


def test_exclude_is_relative_to_the_working_directory(shop: Path) -> None:
    assert places(shop / "gen", "--exclude", "/gen.go", "..") == ["../shop.go:11"]
    assert places(shop / "gen", "--exclude", "/shop.go", "..") == ["../shop.go:11", "gen.go:11"]


def test_show_fixes_counts_by_file_and_rule(shop: Path) -> None:
    ran = lint(shop, "--fix", "--diff", "--show-fixes")
    assert ran.stderr.splitlines()[:4] == [
        "gen/gen.go",
        "  1 × MG101 unregistered-udf",
        "shop.go",
        "  1 × MG101 unregistered-udf",
    ]
    assert "×" not in ran.stdout
    assert "1 × MG101" in lint(shop, "--fix", "--show-fixes").stderr
    assert lint(shop, "--fix", "--show-fixes").stderr.splitlines() == ["No fixes."]


@pytest.mark.parametrize("encoded", [b"", b"\xef\xbb\xbf"], ids=["utf-8", "bom"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_suppressions_are_added_once(shop: Path, newline: str, encoded: bytes) -> None:
    # The second has to stand above its line, because a literal goes on at its end.
    more = 'func init() { udf.Register("twice", Add); udf.Register("twice", Add) }\n'
    more += "func init() { udf.Register(`twice`, Add); note(`a\nb`) }\n\nfunc note(string) {}\n"
    source = encoded + (SOURCE + more).replace("\n", newline).encode()
    (shop / "shop.go").write_bytes(source)
    found = len(places(shop))
    ran = lint(shop, "--add-suppressions", "--reason", "known, see #12")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"Suppressed {found} in 2 files." in ran.stdout
    after = (shop / "shop.go").read_bytes()
    assert after.startswith(encoded + b"package")
    assert after.count(b"\r\n") == (after.count(b"\n") if newline == "\r\n" else 0)
    assert after.count(b"//modgo:ignore") == after.count(b" known, see #12") > 1
    kept = [line for line in after.split(b"\n") if not line.strip().startswith(b"//modgo")]
    assert b"\n".join(line.partition(b" //modgo")[0].rstrip() for line in kept) == b"\n".join(
        line.rstrip() for line in source.split(b"\n")
    )
    assert lint(shop).returncode == 0
    assert "Suppressed 0" in lint(shop, "--add-suppressions").stdout
    assert (shop / "shop.go").read_bytes() == after


def test_the_configuration_may_ask_for_a_reason(shop: Path) -> None:
    (shop / "modgo.toml").write_text("require-suppression-reason = true\n")
    ran = lint(shop, "--add-suppressions")
    assert ran.returncode == 2
    assert "--reason" in ran.stderr
    assert (shop / "shop.go").read_text() == SOURCE
    assert lint(shop, "--add-suppressions", "--reason", "known\nsince\t2020").returncode == 0
    assert "//modgo:ignore MG101 known since 2020\n" in (shop / "shop.go").read_text()


def test_a_reason_is_asked_for_only_by_the_configuration(shop: Path) -> None:
    wrong = SOURCE.replace("func init", "//modgo:ignore MG999\nfunc init")
    (shop / "shop.go").write_text(wrong)
    ran = lint(shop, "--add-suppressions")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "there is no rule MG999" in ran.stdout
    assert "Suppressed 2 in 2 files." in ran.stdout
    assert (shop / "shop.go").read_text() == wrong.removesuffix("\n") + " //modgo:ignore MG101\n"


def test_what_cannot_be_suppressed_is_left(shop: Path) -> None:
    (shop / "bad.go").write_text("package shop\n\nfunc f( {\n")
    before = (shop / "bad.go").read_text()
    ran = lint(shop, "--add-suppressions")
    assert "bad.go" in ran.stdout
    assert (shop / "bad.go").read_text() == before
    assert ran.stderr == ""


def test_only_new_findings_are_reported(committed: Path) -> None:
    shop = committed
    assert places(shop, "--new-since", "HEAD") == []
    moved = SOURCE.replace("import", "// One line more.\n\nimport", 1)
    (shop / "shop.go").write_text(moved + "\nfunc Mul(rec *udf.Record) {}\n")
    assert places(shop) == ["gen/gen.go:11", "shop.go:13", "shop.go:15"]
    assert places(shop, "--new-since", "HEAD") == ["shop.go:15"]
    assert lint(shop, "--new-since", "HEAD").returncode == 1
    assert places(shop / "gen", "--new-since", "HEAD", "..") == ["../shop.go:15"]
    assert places(shop, "--new-since", "HEAD", "gen") == []
    (shop / "new").mkdir()
    (shop / "new" / "new.go").write_text(SOURCE.replace("package shop", "package new"))
    assert places(shop, "--new-since", "HEAD", "new") == ["new/new.go:11"]
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "more")
    assert places(shop, "--new-since", "HEAD") == []
    assert places(shop, "--new-since", "HEAD~1") == ["new/new.go:11", "shop.go:15"]
    assert places(shop) == [
        "gen/gen.go:11",
        "new/new.go:11",
        "shop.go:13",
        "shop.go:15",
    ]  # also from the cache


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("nowhere", "has no revision nowhere"),
        ("--upload-pack=x", "is not a git revision"),
        ("", "is not a git revision"),
    ],
)
def test_a_revision_that_is_none(committed: Path, revision: str, said: str) -> None:
    ran = lint(committed, f"--new-since={revision}")
    assert ran.returncode == 2
    assert said in ran.stderr


def test_new_since_needs_a_repository_and_git(shop: Path, tmp_path: Path) -> None:
    ran = lint(shop, "--new-since", "HEAD", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert (ran.returncode, "in no git repository" in ran.stderr) == (2, True)
    assert "git was not found" in lint(shop, "--new-since", "HEAD", PATH="/nowhere").stderr


def test_nothing_of_the_repository_runs(committed: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    ran = tmp_path / "ran"
    evil.write_text(f'#!/bin/sh\ntouch "{ran}"\ncat\n')
    evil.chmod(0o755)
    keys = "core.fsmonitor core.pager core.sshCommand core.editor core.askPass gpg.program diff.x.textconv"
    for key in (*keys.split(), "filter.x.smudge", "filter.x.clean", "filter.x.process"):
        git(committed, "config", key, str(evil))
    git(committed, "config", "core.hooksPath", str(tmp_path))
    (committed / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    (committed / "shop.go").write_text(SOURCE + "\nfunc Mul(rec *udf.Record) {}\n")
    assert places(committed, "--new-since", "HEAD") == ["shop.go:13"]
    assert not ran.exists()
    # A partial clone fetches objects that are missing, by a transport that may be a program.
    git(committed, "config", "extensions.partialClone", "origin")
    git(committed, "config", "remote.origin.promisor", "true")
    git(committed, "config", "remote.origin.url", f"ext::{evil}")
    git(committed, "config", "protocol.ext.allow", "always")
    git(committed, "config", "core.repositoryFormatVersion", "1")
    name = subprocess.check_output(["git", "rev-parse", "HEAD:shop.go"], cwd=committed, text=True).strip()
    (committed / ".git" / "objects" / name[:2] / name[2:]).unlink()
    done = lint(committed, "--new-since", "HEAD")
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stderr
    assert "modgo itself" not in done.stderr
    assert not ran.exists()


def test_options_that_cannot_be_combined(shop: Path) -> None:
    for options in (
        ["--new-since", "HEAD", "--fix"],
        ["--new-since", "HEAD", "--build"],
        ["--add-suppressions", "--fix"],
        ["--show-fixes"],
        ["--reason", "x"],
    ):
        ran = lint(shop, *options)
        assert (ran.returncode, ran.stdout) == (2, ""), options
        assert ran.stderr.startswith("Error: --"), options
