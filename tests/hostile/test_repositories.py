"""No code of a repository runs when it is opened, edited, linted, loaded or built: it leaves no mark.

The commands are the installed ones, started in the repository.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.hostile.repository import GO, ROOT, Hostile
from tests.server.language_client import LanguageServer

Attack = Callable[[str], None]

BIN = Path(sys.executable).parent
MODGO, SERVER = BIN / "modgo", BIN / "modgo-lsp"
# With the current folder first and last in PATH.
PATH = os.pathsep.join(("", ".", str(BIN), os.environ["PATH"], "", "inner"))
PATHS = {"sane": os.pathsep.join((str(BIN), os.environ["PATH"])), "relative": PATH}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for these tests, with libmod_go compiled."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def library(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module built from the user's own repository."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT / "examples" / "counters", folder / "counters")
    output = folder / "counters.so"
    done = ran([MODGO, "build", folder / "counters", "-o", output], folder, cache)
    assert done.returncode == 0, done.stdout + done.stderr
    return output


@pytest.fixture(scope="module", params=["bare", "modgo.toml", "pyproject.toml"])
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    folder = tmp_path_factory.mktemp("hostile")
    found = Hostile(folder / "repository", folder / "marks")
    if request.param != "bare":
        found.name_programs(request.param)
    return found


@pytest.fixture
def hostile(repository: Hostile) -> Hostile:
    """The repository without marks of the test before."""
    repository.restore()
    return repository


def environment(cache: Path, path: str = PATH) -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CC"))}
    return {**variables, "XDG_CACHE_HOME": str(cache), "PATH": path, "GOPROXY": "off"}


def ran(
    command: list[str | Path], folder: Path, cache: Path, path: str = PATH, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment(cache, path), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


READING = [
    ("lint", 1),
    ("lint --no-cache --output-format json", 1),
    ("lint inner/inner.go --diff", 1),
    ("doctor", 0),
    ("doctor --report", 0),
    ("config", 0),
    ("rule MG101", 0),
    ("completion bash", 0),
    ("inspect given.so", 0),
    ("load given.so", 0),
    ("call given.so add n 1 10", 0),
    ("sdk path", 0),
    ("--version", 0),
]


@pytest.mark.parametrize(("words", "code"), READING, ids=[words for words, _ in READING])
def test_commands_that_do_not_build(
    hostile: Hostile, cache: Path, library: Path, words: str, code: int, attack: Attack
) -> None:
    attack("repositories")
    shutil.copy(library, hostile.folder / "given.so")
    done = ran([MODGO, *words.split()], hostile.folder, cache)
    assert hostile.ran() == []
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize("words", ["build", "load .", "call . add 1 2", "lint --build"])
@pytest.mark.parametrize("configuration", ["none", "of somebody else"])
def test_commands_that_build(
    tmp_path: Path, cache: Path, words: str, configuration: str, attack: Attack
) -> None:
    attack("repositories")
    hostile = Hostile(tmp_path / "repository", tmp_path / "marks")
    if configuration != "none":
        hostile.name_programs(mode=0o666)
    done = ran([MODGO, *words.split()], hostile.folder, cache)
    assert hostile.ran() == []
    if configuration == "none":
        assert done.returncode == (1 if words == "lint --build" else 0), done.stdout + done.stderr
    else:
        assert done.returncode == 2
        assert f"{hostile.folder}/modgo.toml:1 names the go command {hostile.folder}/go.sh" in done.stderr
        assert f"everybody can write to {hostile.folder}/modgo.toml" in done.stderr


def test_a_build_with_the_repositorys_own_programs_leaves_marks(tmp_path: Path, cache: Path) -> None:
    """Checks the marks: in the user's own repository a build does run its programs, and nothing else does."""
    hostile = Hostile(tmp_path / "repository", tmp_path / "marks")
    hostile.name_programs()
    ran([MODGO, "build"], hostile.folder, cache)
    assert "run-go.sh" in hostile.ran()
    for mark in hostile.marks.iterdir():
        mark.unlink()
    ran([sys.executable, "-m", "modgo_lsp", "--version"], hostile.folder, cache)
    assert hostile.ran() != []


def test_workers_that_are_not_forked(hostile: Hostile, cache: Path, attack: Attack) -> None:
    """As on macOS and Windows."""
    attack("repositories")
    program = """
import os
from modgo_lsp.build import lint_workers
from modgo_lsp.build.lint_worker_pool import LintWorkerPool
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.lint.lint_paths import lint_paths
from modgo_lsp.golang.files import DiskFiles
lint_workers._FORKS = False
started = []
start = lint_workers._started
lint_workers._started = lambda end: started.append(1) or start(end)
outcome = lint_paths(["."], DiskFiles(), machine=Machine(workers=LintWorkerPool(None, cores=2, min_bytes=1)))
print(len(started), len(outcome.findings))
"""
    done = ran([sys.executable, "-I", "-c", program], hostile.folder, cache)
    assert hostile.ran() == []
    assert done.stdout.split() == ["2", "2"], done.stderr


def at_add(uri: str) -> dict[str, object]:
    return {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 22}}


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("path", PATHS)
def test_a_language_server(
    hostile: Hostile, cache: Path, library: Path, trusted: bool, path: str, attack: Attack
) -> None:
    """It opens, edits and queries documents, and indexes in the background."""
    for _ in ("open", "edit", "hover", "index"):
        attack("repositories")
    shutil.copy(library, hostile.folder / "given.so")
    server = LanguageServer([SERVER], hostile.folder, environment(cache, PATHS[path]))
    server.initialize(initializationOptions={"trusted": trusted})
    uri = server.open(hostile.folder / "shop.go")
    server.until(lambda: uri in server.pushed)
    server.change(uri, 2, {"text": GO.replace("Forgotten", "Again")})
    server.until(lambda: "Again" in str(server.pushed[uri]))
    hover = server.request("textDocument/hover", at_add(uri))
    assert "add" in str(hover)
    # Only the background index has symbols of files that are not open.
    found = server.request("workspace/symbol", {"query": "inner_add"})
    assert [each["name"] for each in found] == ["inner_add"]
    for command in ("modgo.status", "modgo.load"):
        argument = {"uri": (hostile.folder / "given.so").as_uri()}
        answer = server.request(
            "workspace/executeCommand", {"command": command, "arguments": [argument]}, 120
        )
        if command == "modgo.load":
            attack("repositories")
            assert answer["ok"] is trusted, answer
    assert server.close() == 0
    assert hostile.ran() == []


def test_a_language_server_does_not_build_by_the_programs_of_somebody_else(
    tmp_path: Path, cache: Path, attack: Attack
) -> None:
    hostile = Hostile(tmp_path / "repository", tmp_path / "marks")
    hostile.name_programs(mode=0o666)
    server = LanguageServer([SERVER], hostile.folder, environment(cache))
    server.initialize(initializationOptions={"trusted": True})
    for command in ("modgo.build", "modgo.buildAndLoad", "modgo.call"):
        attack("repositories")
        argument = {"uri": hostile.folder.as_uri(), "function": "add", "args": [1, 2]}
        answer = server.request(
            "workspace/executeCommand", {"command": command, "arguments": [argument]}, 120
        )
        assert answer["ok"] is False
        assert "which is not run: everybody can write to" in answer["error"]["message"]
    assert server.close() == 0
    assert hostile.ran() == []


@pytest.mark.parametrize("sarif", ["", "modgo.sarif", "reports/modgo.sarif"])
def test_the_action_lints(hostile: Hostile, cache: Path, tmp_path: Path, sarif: str, attack: Attack) -> None:
    """Its other step, which installs modgo, is run by tests/services."""
    attack("repositories")
    (tmp_path / "runner").mkdir()
    (tmp_path / "runner" / "modgo").symlink_to(BIN.parent)
    script = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][1]["run"]
    given = {"MODGO_PATHS": ".\n", "MODGO_ARGS": "", "MODGO_SARIF": sarif, "PYTHONPATH": "."}
    bash = shutil.which("bash")
    assert bash is not None
    command: list[str | Path] = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = ran(command, hostile.folder, cache, RUNNER_TEMP=str(tmp_path / "runner"), **given)
    assert hostile.ran() == []
    assert done.returncode == 1, done.stderr
    assert "::warning title=MG101 unregistered-udf,file=shop.go" in done.stdout
    assert not sarif or '"version":"2.1.0"' in (hostile.folder / sarif).read_text().replace(" ", "")


@pytest.mark.parametrize("through", ["file", "folder"])
def test_the_actions_report_follows_no_link_out(
    tmp_path: Path, cache: Path, through: str, attack: Attack
) -> None:
    attack("repositories")
    hostile = Hostile(tmp_path / "repository", tmp_path / "marks")
    (hostile.folder / ".git").mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "environment").write_text("A=1\n")
    (hostile.folder / "reports").symlink_to(outside)
    (hostile.folder / "modgo.sarif").symlink_to(outside / "environment")
    sarif = "modgo.sarif" if through == "file" else "reports/environment"
    (tmp_path / "modgo").symlink_to(BIN.parent)
    script = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][1]["run"]
    given = {"MODGO_PATHS": ".", "MODGO_ARGS": "", "MODGO_SARIF": sarif, "RUNNER_TEMP": str(tmp_path)}
    done = ran(["/bin/bash", "-eo", "pipefail", "-c", script], hostile.folder, cache, **given)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert (outside / "environment").read_text() == "A=1\n"
    assert hostile.ran() == []


def test_the_hooks_of_pre_commit(hostile: Hostile, cache: Path, attack: Attack) -> None:
    """pre-commit itself is run by tests/services; it has the folder of its own Python first in PATH."""
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        attack("repositories")
        entry = shlex.split(hook["entry"])
        path = os.pathsep.join((str(BIN), PATH))
        done = ran([BIN / entry[0], *entry[1:]], hostile.folder, cache, path, PYTHONPATH=".")
        assert hostile.ran() == []
        assert "MG101" in done.stdout or hook["id"] == "modgo-fix", done.stderr
