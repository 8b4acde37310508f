"""A module for this kind of machine is loaded here before it goes to a cluster."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.trial_load import try_module
from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
_MACHINE_AT, _MACHINES = 18, {"x86_64": 0xB7, "aarch64": 0x3E}  # e_machine of the other architecture


def compiled(folder: Path, *flags: str) -> Path:
    output = folder / "good.so"
    command = ["cc", "-shared", "-fPIC", *flags, "-I", str(ROOT / "libmod_go" / "include"), "-o", str(output)]
    subprocess.run([*command, str(ROOT / "tests" / "host" / "modules" / "good.c")], check=True)
    return output


async def test_a_module_that_loads(tmp_path: Path) -> None:
    assert await try_module(compiled(tmp_path), None) == ""


async def test_a_module_that_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(ShipError, match=r"good\.so cannot be loaded: .*version 2") as caught:
        await try_module(compiled(tmp_path, "-DMAJOR=2"), None)
    assert "--no-load" in caught.value.remedy
    assert not caught.value.usage


def for_another_machine(folder: Path) -> Path:
    module = compiled(folder)
    content = bytearray(module.read_bytes())
    content[_MACHINE_AT] = _MACHINES[platform.machine()]
    module.write_bytes(content)
    return module


async def test_a_module_for_another_machine(tmp_path: Path) -> None:
    other = {"x86_64": "arm64", "aarch64": "amd64"}[platform.machine()]
    untried = await try_module(for_another_machine(tmp_path), None)
    assert untried.startswith(f"it is for linux/{other}, and this is linux/")


def test_deploy_notes_that_it_has_not_loaded_the_module(tmp_path: Path) -> None:
    module = for_another_machine(tmp_path)
    done = modgo("deploy", str(module), "--hosts", "127.0.0.1:1")
    assert f"Note: {module} was not loaded here first: it is for linux/" in done.stderr
    assert "nothing listens at 127.0.0.1:1" in done.stderr
    assert "was not loaded" not in modgo("deploy", str(module), "--no-load", "--hosts", "127.0.0.1:1").stderr


async def test_no_compiler_is_no_reason_to_refuse(tmp_path: Path) -> None:
    untried = await try_module(compiled(tmp_path), str(tmp_path / "no-compiler"))
    assert "no-compiler" in untried
