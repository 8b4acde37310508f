"""libmod_go and a Go module for arm64, cross-built by zig for glibc 2.17 and run by qemu."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import require

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target" / "Linux-aarch64"
ZIG = f"{sys.executable} -m ziglang cc -target aarch64-linux-gnu.2.17"

pytestmark = pytest.mark.skipif(
    platform.machine() == "aarch64", reason="all other tests run on arm64 where this machine is one"
)


def emulator() -> list[str]:
    """The command that runs an arm64 program."""
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    libraries = Path("/usr/aarch64-linux-gnu")
    loader = libraries / "lib" / "ld-linux-aarch64.so.1"
    require(qemu is not None and loader.exists(), "qemu-user-static libc6-arm64-cross")
    assert qemu is not None
    return [qemu, "-L", str(libraries)]


@pytest.fixture(scope="module")
def app() -> Path:
    """The test app. The worker is beside it."""
    made = [TARGET / "bin" / name for name in ("test", "mod-go-worker")]
    flags = "CFLAGS=-O2 -fno-sanitize=undefined"
    command = ["make", "-s", "-j2", f"TARGET={TARGET}", f"CC={ZIG}", flags, *map(str, made)]
    subprocess.run(command, cwd=ROOT / "libmod_go", check=True, timeout=600)
    return made[0]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("arm64") / "counters.so"
    source = ROOT / "examples" / "counters"
    command = [sys.executable, "-m", "modgo_lsp", "build", "--release", "--target", "linux/arm64"]
    subprocess.run([*command, str(source), "-o", str(output)], cwd=ROOT, check=True, timeout=600)
    return output


@pytest.mark.timeout(1300)  # the first time, zig builds its C library
@pytest.mark.parametrize("fenced", [False, True], ids=["unfenced", "fenced"])
def test_a_module_runs(app: Path, module: Path, tmp_path: Path, fenced: bool) -> None:
    worker = tmp_path / "worker"
    worker.write_text(f'#!/bin/sh\nexec {" ".join(emulator())} {app.with_name("mod-go-worker")} "$@"\n')
    worker.chmod(0o755)
    options = ["--fenced"] if fenced else []
    call = ["record", f"{module.parent / 'counters'}.add", "hits", "5", "100"]
    done = subprocess.run(
        [*emulator(), str(app), *options, "--bin", "hits=37", *call],
        # qemu supports no system call filter, and a worker that cannot be fenced runs no module.
        env={"MODGO_WORKER": str(worker), "PATH": "/usr/bin:/bin", "MODGO_FENCE": "off"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\nhits = 42\n", "")
