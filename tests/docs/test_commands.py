"""Commands in the documentation exist: subcommands and options of modgo, and targets of the Makefile."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from modgo_lsp.cli.commands import modgo
from tests.docs.console_blocks import blocks

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
    *(ROOT / folder / "README.md" for folder in ("examples", "libmod_go", "udf", "vscode-extension")),
]


def targets(folder: Path) -> set[str]:
    """The targets of a folder's makefiles."""
    texts = [path.read_text() for path in (folder / "Makefile", *folder.glob("*.mk")) if path.exists()]
    rules = re.findall(r"^([\w.%-]+(?: [\w.-]+)*):(?!=)", "\n".join(texts), re.MULTILINE)
    return {target for rule in rules for target in rule.split()}


TARGETS = targets(ROOT)


def command_lines(page: Path) -> Iterator[str]:
    """The commands that a reader of the page types, without comments."""
    for block in blocks(page):
        for command in block.commands:
            yield re.sub(r"\s+#.*", "", command.typed.replace("\\\n", " "))


def refusal(command: click.Command, words: list[str]) -> str:
    """Why `command` cannot take these words; empty if it can. It does not run."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        below = command.get_command(context, words[0]) if words else None
        return f"no command {words[:1]}" if below is None else refusal(below, words[1:])
    try:
        command.make_context(command.name, [word for word in words if word != "…"], resilient_parsing=False)
    except click.UsageError as error:
        return error.format_message()
    except (click.exceptions.Exit, click.Abort):
        return ""
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modgo_takes_the_commands_of_the_page(page: Path) -> None:
    for line in command_lines(page):
        if match := re.search(r"\bmodgo (?=[a-z])([^|&)]*)", line):
            words = shlex.split(match[1].partition("\n")[0])
            assert refusal(modgo, words) == "", line


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_has_the_targets_of_the_page(page: Path) -> None:
    for line in command_lines(page):
        if line.startswith("make ") and " -C " not in line:
            words = [word for word in shlex.split(line)[1:] if word != "-f" and not word.endswith(".mk")]
            assert words[0] in TARGETS | targets(page.parent) or words[0].startswith("bench-"), line
            for path in re.findall(r"T=(\w[\w.-]*/[\w./-]+)", line):
                assert (ROOT / path).exists() or "MG317" in path, line


def test_the_workflow_runs_what_ci_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    jobs = workflow["jobs"]["make"]["strategy"]["matrix"]["target"]
    script = re.findall(
        r"^(?:MODGO_NATIVE=1 )?make ((?!bench)[^#\n]*[^#\s])", (ROOT / ".ci/run").read_text(), re.MULTILINE
    )
    assert sorted(jobs) == sorted(script)
    assert {job.split()[0] for job in jobs} <= TARGETS


def test_hooks_run_tools_that_make_setup_installs() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    dev = (ROOT / "requirements/dev.txt").read_text()
    for hook in repository["hooks"]:
        program, *arguments = hook["entry"].split()
        if program == "make":
            assert arguments[0] in TARGETS
        elif (tool := program.removeprefix(".venv/bin/")) not in ("python", "gofmt"):
            assert re.search(rf"^{tool}==", dev, re.MULTILINE), tool
