"""The recipes of docs/ci.md with real programs: pre-commit installs modgo from a clone of this checkout,
reviewdog reads reports, and GitHub's action installs itself.

`make test-services` runs these tests and installs the programs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bench.go_tools import go_tool
from tests.hostile.repository import Hostile

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
CLEAN = """package shop

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
}

func Add(rec *udf.Record) {}
"""
FORGOTTEN = "\nfunc Forgotten(rec *udf.Record) {}\n"
IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.com")


def run(
    *command: str | Path, cwd: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def git(folder: Path, *arguments: str) -> None:
    done = run("git", *IDENTITY, *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "shop.go").write_text(CLEAN)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "begin")
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the current files of this checkout, committed or not."""
    folder = tmp_path_factory.mktemp("modgo")
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-f", ".")
    git(folder, "commit", "-qm", "all")
    return folder


@pytest.mark.timeout(900)
def test_pre_commit_installs_and_runs_the_hooks(
    repository: Path, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = str(tmp_path_factory.mktemp("pre-commit"))
    recipe = re.search(r"# \.pre-commit-config\.yaml\n(.*?)```", PAGE, re.DOTALL)
    assert recipe is not None
    config = yaml.safe_load(recipe[1])
    config["repos"][0]["repo"] = str(checkout)
    git(checkout, "tag", config["repos"][0]["rev"])

    def commit(hook: str) -> subprocess.CompletedProcess[str]:
        config["repos"][0]["hooks"] = [{"id": hook}]
        (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        git(repository, "add", ".")
        return run(sys.executable, "-m", "pre_commit", "run", cwd=repository, PRE_COMMIT_HOME=home)

    (repository / "shop.go").write_text(CLEAN + "\n// more\n")
    clean = commit("modgo-lint")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert re.search(r"modgo lint\.+Passed", clean.stdout)
    (repository / "shop.go").write_text(CLEAN + FORGOTTEN)
    found = commit("modgo-lint")
    assert found.returncode == 1
    assert "MG101 warning: Forgotten takes a record" in found.stdout
    fixed = commit("modgo-fix")
    assert fixed.returncode == 1
    assert "files were modified by this hook" in fixed.stdout
    assert '"forgotten", Forgotten' in (repository / "shop.go").read_text()
    assert commit("modgo-fix").returncode == 0


@pytest.fixture(scope="module")
def reviewdog() -> Path:
    return go_tool("reviewdog").parent


@pytest.mark.timeout(900)
def test_reviewdog_reads_the_reports(repository: Path, reviewdog: Path) -> None:
    (repository / "shop.go").write_text(CLEAN + FORGOTTEN)
    recipes = re.findall(r"^\$ (modgo lint .*\| reviewdog .*)$", PAGE, re.MULTILINE)
    assert len(recipes) == 2
    path = os.pathsep.join((str(Path(sys.executable).parent), str(reviewdog), os.environ["PATH"]))
    # reviewdog shows each result of SARIF as JSON.
    expected = (
        r"shop\.go:11:6: MG101 .*Forgotten takes a record",
        r'"startLine":11}.*Forgotten takes a record',
    )
    for recipe, pattern in zip(recipes, expected, strict=True):
        local = recipe.replace("-reporter=github-pr-review", "-reporter=local -filter-mode=nofilter")
        shown = run("bash", "-c", local, cwd=repository, PATH=path)
        assert re.search(pattern, shown.stdout), shown.stdout + shown.stderr
    # With a diff it shows only findings in changed lines, as in a review.
    in_diff = recipes[0].replace("-reporter=github-pr-review", "-reporter=local -diff='git diff HEAD'")
    assert "shop.go:11:6:" in run("bash", "-c", in_diff, cwd=repository, PATH=path).stdout
    git(repository, "commit", "-qam", "known")
    assert "shop.go" not in run("bash", "-c", in_diff, cwd=repository, PATH=path).stdout


@pytest.mark.timeout(900)
def test_the_action_installs_itself(repository: Path, checkout: Path, tmp_path: Path) -> None:
    install, lint = yaml.safe_load((checkout / "action.yml").read_text())["runs"]["steps"]
    path, temporary = tmp_path / "path", tmp_path / "temporary"
    temporary.mkdir()
    common = {"GITHUB_ACTION_PATH": str(checkout), "GITHUB_PATH": str(path), "RUNNER_TEMP": str(temporary)}
    # The pull request contains modules and programs, and the workflow has its folder on PYTHONPATH.
    hostile = Hostile(repository, tmp_path / "marks")
    assert install["working-directory"] == "${{ runner.temp }}"
    bash = shutil.which("bash") or "bash"
    steps = (bash, "--noprofile", "--norc", "-eo", "pipefail", "-c")
    done = run(*steps, install["run"], cwd=temporary, PYTHONPATH=str(repository), **common)
    assert done.returncode == 0, done.stderr
    (repository / "shop.go").write_text(CLEAN + FORGOTTEN)
    given = {"MODGO_PATHS": ".", "MODGO_ARGS": "", "MODGO_SARIF": ""}
    added = f"{path.read_text().strip()}{os.pathsep}/usr/bin{os.pathsep}/bin"
    ran = run(*steps, lint["run"], cwd=repository, PYTHONPATH=".", **common, **given)
    assert ran.returncode == 1, ran.stderr
    assert "::warning title=MG101 unregistered-udf,file=shop.go,line=11" in ran.stdout
    shown = run("modgo", "--version", cwd=repository, PATH=added)
    assert shown.stdout.startswith("modgo")
    assert sorted(each.name for each in Path(path.read_text().strip()).iterdir()) == ["modgo", "modgo-lsp"]
    assert hostile.ran() == []
