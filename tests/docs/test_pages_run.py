"""Every command of the documentation runs as it stands, in the order in which a reader types it.

The commands of a page run in one shell with a new home, in a folder with this repository's examples, without
the network. They must print what the page shows; `…` stands for any text, and times and sizes may differ. A
block that cannot run here says why (tests/docs/console_blocks.py describes the form).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.console_blocks import SHELLS, Block, Command, blocks

ROOT = Path(__file__).resolve().parents[2]
LISTED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
TRACKED = sorted(name for name in LISTED.stdout.split("\0") if name and (ROOT / name).exists())
# A decision shows what was tried.
PAGE = re.compile(
    r"[A-Z]+\.md|docs/(?!decisions/).*\.md|examples/(\w+/)?README\.md|(udf|vscode-extension|libmod_go|modgo_lsp/server)/README\.md"
)
PAGES = [ROOT / name for name in TRACKED if PAGE.fullmatch(name)]
BLOCKS = {page: blocks(page) for page in PAGES}
RUN = [page for page, found in BLOCKS.items() if any(not block.not_run for block in found)]

# What differs from run to run and from machine to machine: times, sizes, the version of Go.
_VARIES = r"…|\d[\d.,]* ?(?:ns|µs|ms|s|min|kB|MB|bytes|compressed)\b|go1\.[\d.]+"
# A terminal shows these lines only while a command works, and other outputs only where that takes long.
_PROGRESS = re.compile(
    r"^(?:building|compiling|linking|loading|calling|testing) .*\n|^linking\n", re.MULTILINE
)
_MARK = "@@modgo-docs@@"
_PRELUDE = f"""
mark() {{ printf '\\n{_MARK} %s\\n' "$*"; printf '\\n{_MARK} %s\\n' "$*" >&2; }}
"""


def test_every_block_runs_or_says_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    """Also prints how many run."""
    every = [block for found in BLOCKS.values() for block in found]
    for block in every:
        assert block.language in SHELLS, f"{place(block)}: begin the block with ```console"
        assert block.not_run or block.commands, f"{place(block)}: a command begins with '$ '"
        for folder in re.findall(r"\btests/\w+", block.not_run):
            assert (ROOT / folder).is_dir(), f"{place(block)}: no {folder}"
    reasons = Counter(block.not_run for block in every if block.not_run)
    with capsys.disabled():
        run = [block for block in every if not block.not_run]
        commands = sum(len(block.commands) for block in run)
        print(f"\nCommand blocks: {len(run)} run ({commands} commands), {reasons.total()} not run:")
        for reason, count in sorted(reasons.items()):
            print(f"  {count:3}  {reason}")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with the examples that are in this one, without what was built there."""
    folder = tmp_path / "aerospike-mod-go"
    for name in TRACKED:
        if name.startswith("examples/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with libmod_go alone, whose compilation would be half of the time of each page."""
    cache = tmp_path_factory.mktemp("cache")
    doctor = [sys.executable, "-m", "modgo_lsp", "doctor"]
    subprocess.run(
        doctor, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, check=False, stdout=subprocess.DEVNULL
    )
    return cache / "modgo" / "libmod_go"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", RUN, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_of(page: Path, repository: Path, compiled: Path) -> None:
    run = [block for block in BLOCKS[page] if not block.not_run]
    typed = [(block, command) for block in run for command in block.commands]
    # An example's README is for its folder, every other page for the repository's.
    of_example = page.parent.parent == ROOT / "examples"
    folder = repository / page.parent.relative_to(ROOT) if of_example else repository
    home = repository.parent / "home"
    shutil.copytree(compiled, home / ".cache" / "modgo" / "libmod_go")
    outcomes = run_all([command for _, command in typed], folder, home)
    for number, (block, command) in enumerate(typed):
        assert number in outcomes, f"{place(block)}: the shell ended before $ {command.typed}"
        code, output, errors = outcomes[number]
        expected_code = block.exit_code if command is block.commands[-1] else 0
        shown = f"{place(block)}\n$ {command.typed}\n{output}{errors}"
        assert code == expected_code, f"exit code {code}: {shown}"
        if command.output:
            texts = (output, errors, output + errors, errors + output)
            agrees = any(map(as_pattern(command.output).fullmatch, texts))
            assert agrees, f"{shown}\nThe page shows:\n{command.output}"


def run_all(commands: list[Command], folder: Path, home: Path) -> dict[int, tuple[int, str, str]]:
    """The exit code, standard output and standard error of each command, by its number."""
    script = _PRELUDE + "".join(
        f"mark begin {number}\n{command.typed}\nmark end $?\n" for number, command in enumerate(commands)
    )
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "GOCACHE": os.environ["GOCACHE"],  # an empty one costs a minute
        "GOPROXY": "off",
        "GOFLAGS": "-modcacherw",
        "GODEBUG": "goindex=0",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    return {
        number: (code, output, _PROGRESS.sub("", _of_command(done.stderr, number)[1]))
        for number in range(len(commands))
        for code, output in [_of_command(done.stdout, number)]
        if code >= 0
    }


def _of_command(text: str, number: int) -> tuple[int, str]:
    """The exit code and the text that a command printed; (-1, "") if the shell did not reach its end."""
    found = re.search(rf"\n{_MARK} begin {number}\n(.*?)\n{_MARK} end (\d+)\n", text, re.DOTALL)
    return (int(found[2]), found[1]) if found else (-1, "")


def as_pattern(output: str) -> re.Pattern[str]:
    """Matches the outputs that agree with what a page shows."""
    parts = []
    for line in output.splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
            continue
        literals = re.split(_VARIES, line.rstrip())
        parts.append(".*?".join(map(re.escape, literals)) + r" *\n")
    return re.compile("".join(parts))


@pytest.mark.parametrize(
    ("shown", "printed", "agree"),
    [
        ("6\n", "6\n", True),
        ("6\n", "7\n", False),
        ("update in 0.269 ms\n", "update in 12.1 ms\n", True),
        ("5 cases in 41 ms\n", "5 cases in 1.2 s\n", True),
        ("hits: 6\n", "hits: 60\n", False),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True),
        ("a\n…\nz\n", "a\nb\nc\n", False),
        ("sha256 0f2a…\n", "sha256 0f2a99\n", True),
        ("2.7 MB, 2 functions\n", "3.1 MB, 3 functions\n", False),
    ],
)
def test_output_agrees_but_for_times_and_sizes(shown: str, printed: str, agree: bool) -> None:
    assert (as_pattern(shown).fullmatch(printed) is not None) is agree


def place(block: Block) -> str:
    return f"{block.page.relative_to(ROOT)}:{block.line}"
