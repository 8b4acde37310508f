"""scripts/release makes the commit and the tags of a release, and refuses what must not be released."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import modgo_lsp
from scripts.release import HOME, PLACES, ROOT, ReleaseError, new_changelog

_CHANGELOG = f"""# Changelog

## [Unreleased]

### Added

- A thing.

## [0.1.0] - 2026-01-02

- The first.

[Unreleased]: {HOME}/compare/v0.1.0...main
[0.1.0]: {HOME}/releases/tag/v0.1.0
"""
_AUTHOR = {
    f"GIT_{role}_{field}": text
    for role in ("AUTHOR", "COMMITTER")
    for field, text in (("NAME", "A"), ("EMAIL", "a@b"))
}


@pytest.mark.parametrize("place", PLACES)
def test_each_place_has_the_version_of_the_package(place: str) -> None:
    text = (ROOT / place).read_text("utf-8")
    assert PLACES[place](text, modgo_lsp.__version__) == text
    assert PLACES[place](text, "77.0.1").count("77.0.1") > 0


def test_unreleased_changes_become_the_changes_of_the_release() -> None:
    text = new_changelog(_CHANGELOG, "0.2.0", "2026-03-04")
    assert "## [Unreleased]\n\n## [0.2.0] - 2026-03-04\n\n### Added\n\n- A thing.\n\n## [0.1.0]" in text
    assert (
        f"[Unreleased]: {HOME}/compare/v0.2.0...main\n[0.2.0]: {HOME}/releases/tag/v0.2.0\n[0.1.0]:" in text
    )


def test_a_release_without_changes_is_refused() -> None:
    with pytest.raises(ReleaseError, match="no changes under"):
        new_changelog(_CHANGELOG.replace("- A thing.\n", ""), "0.2.0", "2026-03-04")


class Checkout:
    """A repository with one commit of what the script needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in (*PLACES, "CHANGELOG.md", "scripts/release.py", "udf/values.go"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("Begin")

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        environment = {**os.environ, **_AUTHOR}
        return subprocess.run(
            command, cwd=self.root, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def commit(self, message: str) -> None:
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)

    def release(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, self.root / "scripts" / "release.py", "--no-dist", *arguments]
        environment = {**os.environ, **_AUTHOR}
        return subprocess.run(
            command, cwd=self.root, env=environment, check=False, capture_output=True, text=True
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "modgo")


def test_a_dry_run_changes_nothing(checkout: Checkout) -> None:
    before = checkout.git("rev-parse", "HEAD")
    done = checkout.release("--dry-run", "7.0.1")
    assert done.returncode == 0, done.stderr
    assert '+__version__ = "7.0.1"' in done.stdout
    assert (checkout.git("rev-parse", "HEAD"), checkout.git("tag"), checkout.git("status", "-s")) == (
        before,
        "",
        "",
    )


def test_a_release_is_a_commit_with_its_tags(checkout: Checkout) -> None:
    done = checkout.release("7.0.1")
    assert done.returncode == 0, done.stderr
    assert checkout.git("log", "-1", "--format=%s") == "Release 7.0.1\n"
    sdk, product = checkout.git("tag").split()
    assert (product, sdk[:5]) == ("v7.0.1", "udf/v")
    assert checkout.git("rev-parse", "v7.0.1^{}") == checkout.git("rev-parse", "HEAD")
    assert checkout.git("status", "--short") == ""
    assert '"version": "7.0.1"' in (checkout.root / "vscode-extension/package.json").read_text()


def test_what_must_not_be_released(checkout: Checkout) -> None:
    assert "not a version such as" in checkout.release("7.0").stderr
    assert checkout.release("7.0.1").returncode == 0
    assert "v7.0.1 is released already" in checkout.release("7.0.1").stderr
    assert "v7.0.1 is released already" in checkout.release("7.0.0").stderr
    changelog = checkout.root / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n"))
    assert "not committed:\nM CHANGELOG.md" in checkout.release("7.1.0").stderr
    checkout.commit("More")
    values = checkout.root / "udf" / "values.go"
    values.write_text(values.read_text() + "\n// Changed.\n")
    checkout.commit("Change the SDK")
    refused = checkout.release("7.1.0")
    assert refused.returncode == 1
    assert "raise Version in udf/values.go\nudf/values.go" in refused.stderr
    checkout.git("switch", "--quiet", "--create", "fix")
    assert "not the branch main" in checkout.release("7.1.0").stderr
