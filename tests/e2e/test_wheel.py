"""The wheel, installed without the checkout, lints, builds, loads and calls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Installed:
    """A virtual environment with the wheel, and the dependencies of the one that runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "venv" / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        build = ["wheel", "--no-index", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, *build, "-w", str(folder), str(ROOT)], check=True)
        (wheel,) = folder.glob("modgo_lsp-*-py3-none-any.whl")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
        install = ["install", "--no-deps", "--no-index", str(wheel)]
        subprocess.run([*pip, "--python", str(self.python), *install], check=True)
        (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
        # Python searches a folder listed here, but ignores the .pth files in it, which name the checkout.
        (site / "dependencies.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")

    def modgo(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [str(self.python), "-m", "modgo_lsp", *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("wheel"))


def test_it_is_not_the_checkout(installed: Installed, tmp_path: Path) -> None:
    names = ("udf", "libmod_go", "grammars")
    code = f"import modgo_lsp.resources as r; print(r.__file__, *map(r.resource, {names}))"
    done = subprocess.run(
        [str(installed.python), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert str(ROOT) not in done.stdout
    assert done.stdout.count("bundled") == 3


def test_lint_build_load_and_call(installed: Installed, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "counters", tmp_path / "counters")
    for arguments, output in (
        (("lint", "counters"), "No problems in 1 package."),
        (("rule", "MG101"), "# MG101"),
        (("build", "counters"), "counters.so: "),
        (("inspect", "counters.so"), "can be a UDF module"),
        (("load", "counters.so"), "loaded and set up"),
        (("call", "counters", "add", "hits", "5", "100"), "+ hits: 5"),
        (("new", "fresh"), "Made fresh/"),
        (("test", "fresh"), "3 passed"),
    ):
        done = installed.modgo(*arguments, cwd=tmp_path)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        assert output in done.stdout, arguments
    report = json.loads(installed.modgo("doctor", "--json", cwd=tmp_path).stdout)
    assert {check["name"]: check["ok"] for check in report["checks"]}["libmod_go"]


def test_without_the_server_plugin_it_reports_where_to_get_it(installed: Installed, tmp_path: Path) -> None:
    done = installed.modgo("plugin", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this modgo has no server plugin" in done.stderr
    assert list(tmp_path.iterdir()) == []
