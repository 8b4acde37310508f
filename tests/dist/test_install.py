"""The wheel of dist/, installed without a network by pip, uv and pipx. `make test-dist` runs these tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp import __version__
from modgo_lsp.build.sdk import SDK_PATH, shipped_sdk

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
LOCKS = [f"-r{ROOT / 'requirements' / name}.txt" for name in ("runtime", "build")]


def run(*command: str | Path, cwd: Path, **settings: str | Path) -> str:
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))},
        **{name: str(value) for name, value in settings.items()},
    }
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels that the lock files pin, for this machine."""
    folder = tmp_path_factory.mktemp("wheels")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--dest",
        folder,
    ]
    subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", *LOCKS], check=True)
    return folder


def offline(wheels: Path) -> list[str]:
    """pip's and uv's options to look nowhere else."""
    return ["--no-index", f"--find-links={wheels}"]


def by_pip(wheels: Path, package: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, *offline(wheels), package, cwd=folder)
    return folder / "venv/bin/modgo"


def by_uv(wheels: Path, package: Path, folder: Path) -> Path:
    where = {
        "UV_TOOL_DIR": folder / "tools",
        "UV_TOOL_BIN_DIR": folder / "bin",
        "UV_CACHE_DIR": folder / "cache",
    }
    options = ["--offline", "--no-config", "--python", sys.executable, *offline(wheels)]
    run(Path(sys.executable).with_name("uv"), "tool", "install", *options, package, cwd=folder, **where)
    return folder / "bin/modgo"


def by_pipx(wheels: Path, package: Path, folder: Path) -> Path:
    where = {"PIPX_HOME": folder / "pipx", "PIPX_BIN_DIR": folder / "bin", "PIPX_MAN_DIR": folder / "man"}
    pipx = [
        sys.executable,
        "-m",
        "pipx",
        "install",
        "--python",
        sys.executable,
        "--backend",
        "pip",
        "--skip-maintenance",
    ]
    run(*pipx, "--pip-args", " ".join(offline(wheels)), package, cwd=folder, **where)
    return folder / "bin/modgo"


@pytest.mark.parametrize(
    ("install", "pattern"), [(by_pip, "*.whl"), (by_uv, "*.whl"), (by_pipx, "*.whl"), (by_pip, "*.tar.gz")]
)
def test_it_installs_and_does_its_work(
    install: Callable[[Path, Path, Path], Path], pattern: str, wheels: Path, tmp_path: Path
) -> None:
    (package,) = DIST.glob(pattern)
    modgo = install(wheels, package, tmp_path)
    assert run(modgo, "--version", cwd=tmp_path).split()[-1] == __version__
    shutil.copytree(ROOT / "examples" / "hello", tmp_path / "hello")
    home = {"HOME": tmp_path, "XDG_CACHE_HOME": tmp_path / ".cache", "GOCACHE": run_go("GOCACHE")}
    assert "No problems" in run(modgo, "lint", "hello", cwd=tmp_path, **home)
    run(modgo, "build", "hello", cwd=tmp_path, **home)
    functions = json.loads(run(modgo, "load", "hello.so", "--json", cwd=tmp_path, **home))["functions"]
    assert "hello" in [each["name"] for each in functions]
    if pattern == "*.whl":
        run(modgo, "plugin", "-o", tmp_path / "plugin", "--target", "linux/arm64", cwd=tmp_path, **home)
        assert list((tmp_path / "plugin").rglob("libmod_go_asd.so"))


def run_go(variable: str) -> str:
    return subprocess.check_output(["go", "env", variable], text=True).strip()


@pytest.mark.parametrize(
    "command", [("twine", "check", "--strict"), ("check-wheel-contents",)], ids=lambda command: command[0]
)
def test_the_packages_pass_the_checks_of_their_index(command: tuple[str, ...]) -> None:
    program, *options = command
    patterns = ["*.whl", "*.tar.gz"] if program == "twine" else ["*.whl"]
    files = [path for pattern in patterns for path in DIST.glob(pattern)]
    assert files
    run(Path(sys.executable).with_name(program), *options, *files, cwd=ROOT)


def test_the_go_command_takes_the_sdk_s_zip(tmp_path: Path) -> None:
    sdk = shipped_sdk()
    (archive,) = DIST.glob("aerospike-mod-go-udf-*.zip")
    escaped = SDK_PATH.replace("GeertJohan", "!geert!johan")
    versions = tmp_path / "proxy" / escaped / "@v"
    versions.mkdir(parents=True)
    shutil.copy(archive, versions / f"{sdk.version}.zip")
    (versions / f"{sdk.version}.info").write_text(json.dumps({"Version": sdk.version}))
    with zipfile.ZipFile(archive) as contents:
        (versions / f"{sdk.version}.mod").write_bytes(contents.read(f"{SDK_PATH}@{sdk.version}/go.mod"))
    answer = run(
        "go",
        *("mod", "download", "-json", f"{SDK_PATH}@{sdk.version}"),
        cwd=tmp_path,
        GOPROXY=(tmp_path / "proxy").as_uri(),
        GONOSUMDB="*",
        GOMODCACHE=tmp_path / "cache",
        GOFLAGS="-modcacherw",
    )
    assert json.loads(answer)["Sum"] == sdk.sum
