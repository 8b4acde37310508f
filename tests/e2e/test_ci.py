"""The recipes of docs/ci.md that run without their services: the action's script and GitLab's job.

tests/services/ runs the others.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
SOURCE = """package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() { udf.Register("add", Add) }

func Add(rec *udf.Record) {}

func Forgotten(rec *udf.Record) {}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    module = (
        "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
    )
    (tmp_path / "go.mod").write_text(module)
    for name in ("counters", "a place"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "counters.go").write_text(SOURCE)
    return tmp_path


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a step's script as GitHub does, with this checkout's modgo first in the PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "GITHUB_ACTION_PATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def action(repository: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Runs the lint step with these inputs."""
    assert given.keys() <= ACTION["inputs"].keys()
    values = {name: each["default"] for name, each in ACTION["inputs"].items()} | given
    step = next(step for step in ACTION["runs"]["steps"] if step["name"] == "Lint")
    environment = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) }}", lambda match: values[match[1]], text)
        for name, text in step["env"].items()
    }
    assert "${{" not in "".join(environment.values()) + step["run"]  # no input is run as code
    # The folder to which the step before installs modgo.
    installed = repository.with_name(f"{repository.name}-runner") / "modgo"
    installed.parent.mkdir(exist_ok=True)
    if not installed.exists():
        installed.symlink_to(Path(sys.executable).parents[1])
    return bash(step["run"], repository, RUNNER_TEMP=str(installed.parent), **environment)


def test_the_action_shows_findings_beside_lines(repository: Path) -> None:
    ran = action(repository)
    assert ran.returncode == 1
    assert ran.stderr == ""
    assert [line.partition(",line")[0] for line in ran.stdout.splitlines()] == [
        "::warning title=MG101 unregistered-udf,file=a place/counters.go",
        "::warning title=MG101 unregistered-udf,file=counters/counters.go",
    ]


def test_the_action_takes_a_path_or_option_on_each_line(repository: Path) -> None:
    ran = action(repository, paths="a place\ncounters/counters.go\n", args="--ignore\nMG1\n--select=MG2")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert "a place" in action(repository, paths="a place").stdout
    assert "place/counters.go" not in action(repository, paths="counters\n").stdout
    hostile = action(repository, paths="$(touch hacked); `touch hacked`", args='"; touch hacked; "')
    assert hostile.returncode == 2
    assert not (repository / "hacked").exists()


def test_the_action_writes_sarif_too(repository: Path) -> None:
    ran = action(repository, sarif="out/modgo.sarif", args="--fail-on=never")
    assert ran.returncode == 0
    report = json.loads((repository / "out/modgo.sarif").read_text())
    assert len(report["runs"][0]["results"]) == ran.stdout.count("::warning") == 2


def recipes() -> list[Any]:
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def test_each_input_of_the_action_is_documented() -> None:
    for name, each in ACTION["inputs"].items():
        row = re.search(rf"^\| `{name}` \| .* \| (?:`(.*)` )?\|$", PAGE, re.MULTILINE)
        assert row is not None
        assert (row[1] or "") == each["default"]


def test_the_hooks_of_the_recipes_exist() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    named = {
        hook["id"]
        for recipe in recipes()
        if isinstance(recipe, dict)
        for source in recipe.get("repos", ())
        if source["repo"].endswith("aerospike-mod-go")
        for hook in source["hooks"]
    }
    assert named <= hooks == {"modgo-lint", "modgo-fix"}


def test_gitlab_gets_its_report(repository: Path) -> None:
    (job,) = (recipe["modgo"] for recipe in recipes() if isinstance(recipe, dict) and "modgo" in recipe)
    install, lint = job["script"]
    assert install.startswith("pip install ")
    assert bash(lint, repository).returncode == 1
    report = json.loads((repository / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [issue["location"]["path"] for issue in report] == ["a place/counters.go", "counters/counters.go"]
