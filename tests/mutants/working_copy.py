"""Copies of the checkout that mutants are written into, with its build: a mutant costs one object file."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "target" / "mutants"
# A test program in C goes on after a failure. The mutant is dead then.
_FAILED = re.compile(r": failed: |: ended by signal |^FAILED ", re.MULTILINE)

_SECONDS = itertools.count(10**9)  # times of files, each once


class Outcome(msgspec.Struct, frozen=True):
    """`killed_by` is empty when every test passed."""

    killed_by: str = ""
    output: str = ""


class WorkingCopy(msgspec.Struct, frozen=True):
    root: Path

    @property
    def environment(self) -> dict[str, str]:
        cache = self.root / ".cache"
        return {
            **os.environ,
            "PATH": f"{self.root / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",  # two mutants of one second and size would share their bytecode
            "XDG_CACHE_HOME": str(cache),
            "GOCACHE": os.environ.get("GOCACHE") or str(Path.home() / ".cache" / "go-build"),
            "MODGO_FUZZ_SECONDS": "0.1",
            "CI": "1",  # the same random inputs each time
        }

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.write_text(text, "utf-8")
        if path.endswith(".py"):  # mypy takes a file of the same second and size for the one that it knows
            second = next(_SECONDS)
            os.utime(file, (second, second))
        for each in self.root.glob(
            ".cache/modgo/*"
        ):  # what a mutant has cached; the compiled worker has a key
            if each.name not in {"libmod_go", "zig-cc"}:
                shutil.rmtree(each)

    def run(self, command: str, folder: str = ".", seconds: float = 300) -> Outcome:
        """Runs a shell command until it ends, reports a failure or has run for `seconds`."""
        process = subprocess.Popen(
            command,
            shell=True,
            cwd=self.root / folder,
            env=self.environment,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        timer = threading.Timer(seconds, _end, [process])
        timer.start()
        output, failure = "", ""
        assert process.stdout
        for line in process.stdout:
            output += line
            if _FAILED.search(line):
                failure = line.strip()
                break
        timed_out = not timer.is_alive()
        timer.cancel()
        if failure or timed_out:
            _end(process)
        code = process.wait()
        process.stdout.close()
        if timed_out:
            return Outcome(f"timeout of {seconds:g} s", output)
        if code == 0 and not failure:
            return Outcome("", output)
        return Outcome(failure or f"exit code {code}: {command}", output)


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def make_copy(name: str, built: Path = ROOT) -> WorkingCopy:
    """A new copy of what git tracks or would, and of what is built at `built`, with its times."""
    copy = WorkingCopy(FOLDER / name)
    shutil.rmtree(copy.root, ignore_errors=True)
    copy.root.mkdir(parents=True)
    files = "git ls-files -z --cached --others --exclude-standard"
    pack = f"{files} | tar --create --null --files-from - --ignore-failed-read 2>/dev/null"
    subprocess.run(f"{pack} | tar --extract --directory '{copy.root}'", shell=True, cwd=ROOT, check=True)
    _link_environment(copy.root)
    for pattern in ("target/Linux-*", "target/aerospike", ".mypy_cache", ".cache"):
        for folder in built.glob(pattern):
            shutil.copytree(folder, copy.root / folder.relative_to(built), symlinks=True)
    return copy


def _link_environment(root: Path) -> None:
    """Makes root/.venv of hard links to this environment's files; those that name the checkout name it."""
    environment = root / ".venv"
    subprocess.run(["cp", "-al", ROOT / ".venv", environment], check=True)
    packages = environment.glob("lib/python3*/site-packages/*.pth")
    for path in [environment / "pyvenv.cfg", *environment.glob("bin/*"), *packages]:
        if path.is_file() and not path.is_symlink() and str(ROOT).encode() in (content := path.read_bytes()):
            mode = path.stat().st_mode
            path.unlink()
            path.write_bytes(content.replace(str(ROOT).encode(), str(root).encode()))
            path.chmod(mode)
