"""The SDK in Go's module cache: the go command installs and checks it, without the network."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest

from modgo_lsp.build import sdk
from modgo_lsp.build.sdk import (
    Sdk,
    SumMismatchError,
    _hash1,
    complete_sum,
    index_environment,
    install,
    is_installed,
    module_proxy,
    require,
    sdk_directory,
    shipped_sdk,
    updated_sum,
)
from modgo_lsp.build.toolchain import Go, ToolchainError, discover_go
from modgo_lsp.model.sdk import SDK_PATH

MAIN = f'package main\n\nimport "{SDK_PATH}"\n\nfunc main() {{ println(udf.Version) }}\n'


@pytest.fixture
async def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Go:
    """A Go with an empty module cache, no network and the settings of a company's developer."""
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "mod"))
    monkeypatch.setenv("GOFLAGS", "-mod=vendor -modcacherw")
    monkeypatch.setenv("GOPRIVATE", "github.com/*")
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return await discover_go()


async def test_plain_go_finds_it_offline_after_install(
    go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdk = shipped_sdk()
    assert not is_installed(go, sdk)
    await install(go, sdk)
    assert is_installed(go, sdk)
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module example.com/m\n\ngo 1.24\n")
    (module / "main.go").write_text(MAIN)
    await require(go, sdk, module)
    monkeypatch.setenv("GOFLAGS", "")
    # Listing checks go.sum, and with it both of our checksums, and compiles nothing.
    listing = [go.path, "list", "-deps", "."]
    done = subprocess.run(listing, cwd=module, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert f"{SDK_PATH}/bind" in done.stdout.split()
    assert subprocess.run([go.path, "mod", "verify"], cwd=module, check=False).returncode == 0


async def test_other_contents_of_the_same_version_are_replaced(go: Go) -> None:
    old = shipped_sdk()
    files = {**old.files, "extra.go": b"package udf\n"}
    prefix = f"{SDK_PATH}@{old.version}/"
    other = Sdk(
        old.version, files, _hash1({prefix + name: data for name, data in files.items()}), old.mod_sum
    )
    await install(go, other)
    assert (sdk_directory(go, other) / "extra.go").exists()
    await install(go, old)
    assert is_installed(go, old)
    assert not (sdk_directory(go, old) / "extra.go").exists()


async def test_a_module_cache_that_cannot_be_written(go: Go, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    go = msgspec.structs.replace(
        go,
        variables={**go.variables, "GOMODCACHE": str(blocked)},
        settings={**go.settings, "GOMODCACHE": str(blocked)},
    )
    with pytest.raises(ToolchainError, match="could not be put into Go's module cache") as refused:
        await install(go, shipped_sdk())
    assert str(blocked) in refused.value.remedy


def test_the_proxy_is_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives = []
    for name in ("a", "b"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
        versions = module_proxy(shipped_sdk()) / "github.com/!geert!johan/aerospike-mod-go/udf/@v"
        archives.append((versions / "v1.0.0.zip").read_bytes())
        assert (versions / "list").read_text() == "v1.0.0\n"
    assert archives[0] == archives[1]


def test_go_sum_is_completed_where_lines_are_missing() -> None:
    sdk = shipped_sdk()
    other = b"example.com/x v1.0.0 h1:abc=\n"
    completed = complete_sum(other, sdk)
    assert completed is not None
    assert set(completed.decode().splitlines()) == {*sdk.sum_lines, other.decode().strip()}
    assert complete_sum(completed, sdk) is None
    half = sdk.sum_lines[0].encode() + b"\n"
    assert complete_sum(half, sdk) == "\n".join([*sdk.sum_lines, ""]).encode()


def test_go_sum_with_other_checksums_is_refused_unless_it_is_updated() -> None:
    sdk = shipped_sdk()
    wrong = f"{SDK_PATH} {sdk.version} h1:AAAA=\n".encode()
    with pytest.raises(SumMismatchError):
        complete_sum(wrong, sdk)
    assert complete_sum(updated_sum(wrong, sdk), sdk) is None
    assert b"AAAA" not in updated_sum(wrong, sdk)


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        (None, "goindex=0"),
        ("", "goindex=0"),
        ("gctrace=1", "gctrace=1,goindex=0"),
        ("gctrace=1,madvdontneed=1,", "gctrace=1,madvdontneed=1,goindex=0"),
        ("goindex=1", "goindex=1,goindex=0"),  # the last one counts
    ],
)
async def test_a_build_after_a_replacement_has_no_index_and_the_users_other_settings(
    go: Go, monkeypatch: pytest.MonkeyPatch, given: str | None, passed_on: str
) -> None:
    sdk = shipped_sdk()
    await install(go, sdk)
    assert index_environment(go) == {}
    other = Sdk(sdk.version, {**sdk.files, "extra.go": b"package udf\n"}, "h1:other=", sdk.mod_sum)
    await install(go, other)
    monkeypatch.delenv("GODEBUG", raising=False)
    if given is not None:
        monkeypatch.setenv("GODEBUG", given)
    assert index_environment(go) == {"GODEBUG": passed_on}


def test_a_damaged_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "resource", lambda _: tmp_path / "udf")
    for make in (lambda: None, (tmp_path / "udf").mkdir, (tmp_path / "udf" / "go.mod").touch):
        make()
        with pytest.raises(ToolchainError, match=r"modgo's Go SDK is damaged .*; install modgo-lsp again"):
            shipped_sdk()


async def test_a_cached_sdk_that_lacks_a_file(go: Go) -> None:
    shipped = shipped_sdk()
    await install(go, shipped)
    assert is_installed(go, shipped)
    folder = sdk_directory(go, shipped)
    folder.chmod(0o755)
    (folder / "go.mod").unlink()
    assert not is_installed(go, shipped)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('echo \'{"Error": "no proxy"}\'; echo other >&2; exit 1', "no proxy"),
        ("echo '{}'; echo other >&2; exit 1", "other"),
        ("echo text; echo other >&2; exit 1", "other"),
        ("exit 1", "no reason given"),
        ("", "Exec format error"),
    ],
)
async def test_why_go_cannot_install_it(go: Go, tmp_path: Path, script: str, reason: str) -> None:
    fake = tmp_path / "go"
    fake.write_text(f"#!/bin/sh\n{script}\n" if script else "\0")
    fake.chmod(0o755)
    broken = msgspec.structs.replace(go, path=str(fake))
    with pytest.raises(ToolchainError, match=rf"could not be put into Go's module cache \(.*{reason}.*\)"):
        await install(broken, shipped_sdk())


async def test_a_go_mod_that_go_cannot_change(go: Go, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.24\n\nnonsense x\n")
    with pytest.raises(ToolchainError, match=r"parsing go.mod:\ngo.mod:5: .*nonsense"):
        await require(go, shipped_sdk(), tmp_path)
    assert not (tmp_path / "go.sum").exists()
