"""The library itself: its dependencies, unsupported servers, and its effect on other programs."""

from __future__ import annotations

import json
import lzma
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import psutil
import pytest

from tests.asd.conftest import Maker, logged
from tests.asd.host_program import HostProgram
from tests.asd.server import FailedError, RefusedError

ROOT = Path(__file__).parents[2]
SERVER_PAGE = ROOT / "docs" / "server.md"


def run(program: Path, folder: Path, settings: dict[str, str]) -> HostProgram:
    return HostProgram(program, folder, settings)


def test_it_needs_nothing_but_the_c_library(plugin: Path) -> None:
    symbols = subprocess.run(["nm", "-D", str(plugin)], capture_output=True, text=True, check=True).stdout
    undefined = re.findall(r"^\s+[Uw] (\S+)", symbols, re.MULTILINE)
    weak = {"__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable"}
    assert [name for name in undefined if "@GLIBC_" not in name and name not in weak] == []
    assert not [name for name in undefined if name.startswith(("as_", "cf_", "mod_lua", "lzma"))]
    assert re.findall(r" [TDBRVW] (\S+)", symbols) == [], (
        "it exports a symbol that could replace one of the server's"
    )


def test_all_symbols_are_bound_at_load(plugin: Path) -> None:
    dynamic = subprocess.run(
        ["readelf", "-d", str(plugin)], capture_output=True, text=True, check=True
    ).stdout
    assert "BIND_NOW" in dynamic
    assert "TEXTREL" not in dynamic
    needed = set(re.findall(r"NEEDED.*\[(.*?)\]", dynamic))
    assert needed <= {
        "libc.so.6",
        "libpthread.so.0",
        "libdl.so.2",
        "ld-linux-x86-64.so.2",
        "ld-linux-aarch64.so.1",
    }


@pytest.mark.skipif(
    "MODGO_TEST_RELEASE" not in os.environ, reason="make -f asd.mk plugin-test RELEASE=1 builds it"
)
@pytest.mark.parametrize("name", ["lib/libmod_go_asd.so", "bin/mod-go-worker"])
def test_the_release_runs_with_an_old_c_library(name: str) -> None:
    built = Path(os.environ["MODGO_TEST_RELEASE"]) / name
    symbols = subprocess.run(["nm", "-D", str(built)], capture_output=True, text=True, check=True).stdout
    versions = {tuple(map(int, text.split("."))) for text in re.findall(r"@GLIBC_([\d.]+)", symbols)}
    assert max(versions) <= (2, 17)


@pytest.mark.skipif(
    "MODGO_TEST_RELEASE" not in os.environ, reason="make -f asd.mk plugin-test RELEASE=1 builds it"
)
def test_the_wheel_has_the_release_and_it_runs_modules(
    make_server: Maker, tmp_path: Path, shop: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make wheel` does this for each machine; the test does it for this one."""
    arch = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    shutil.copytree(os.environ["MODGO_TEST_RELEASE"], tmp_path / "plugin" / f"linux-{arch}")
    monkeypatch.setenv("MODGO_SERVER_PLUGIN", str(tmp_path / "plugin"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("modgo_lsp-*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "plugin", "-o", "modgo", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (tmp_path / "modgo" / "bin" / "mod-go-worker").exists()
    # The library finds the worker beside itself.
    server = make_server(LD_PRELOAD=json.loads(done.stdout)["environment"]["LD_PRELOAD"], MODGO_WORKER=None)
    server.put_all(shop)
    server.store("a", {"n": 41})
    assert server.apply("a", "shop", "get", "n") == 41
    assert logged(server, r"shop\.so is loaded, fenced")


def test_other_programs_do_not_notice_it(settings: dict[str, str]) -> None:
    done = subprocess.run(["/bin/echo", "hello"], env=settings, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("hello\n", "")


def test_it_disables_itself_in_an_unknown_server(
    built: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    server = run(built / "host" / "asd-host-unknown", tmp_path, settings)
    server.start()
    server.put("calc.lua", b"function add(r, a, b)\n  return a + b\nend\n")
    server.store("a", {"n": 1})
    assert server.apply("a", "calc", "add", 2, 3) == 5
    with pytest.raises(FailedError):
        server.apply("a", "shop", "version")
    server.stop()
    assert logged(server, r"this is Aerospike 9\.9\.0\.0, whose structures this libmod_go does not know")
    known = re.search(r"It knows (.*?)\. Take a newer", server.log)
    assert known
    assert builds(known[1]) == builds(SERVER_PAGE.read_text("utf-8").partition("knows:")[2])


def builds(text: str) -> list[tuple[str, str]]:
    """Releases and their last fixes, from `7.1.0.0 to .23, 8.1.2.0` or the like, up to the sentence's end."""
    listed = re.split(r"\. [A-Z]", text, maxsplit=1)[0]
    return re.findall(r"(\d+\.\d+\.\d+)\.(?:0 to \.)?(\d+)", listed)


def test_the_operator_can_name_the_build_that_it_resembles(
    built: Path, tmp_path: Path, settings: dict[str, str], shop: list[tuple[str, bytes]]
) -> None:
    server = run(built / "host" / "asd-host-unknown", tmp_path, {**settings, "MODGO_BUILD": "8.1.2.0"})
    server.start()
    server.put_all(shop)
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    server.stop()


@pytest.mark.parametrize("same", ["9.9.9.9", "8.1.2", "8.1.2.0x", "8.1.2.99", "new"])
def test_that_build_must_be_a_known_one(
    built: Path, tmp_path: Path, settings: dict[str, str], same: str
) -> None:
    server = run(built / "host" / "asd-host-unknown", tmp_path, {**settings, "MODGO_BUILD": same})
    server.start()
    server.stop()
    assert logged(server, f'MODGO_BUILD is "{re.escape(same)}", which is not a known build')


def test_it_disables_itself_if_symbols_are_missing(
    built: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    server = run(built / "host" / "asd-host-lacking", tmp_path, settings)
    server.start()
    server.put("calc.lua", b"function add(r, a, b)\n  return a + b\nend\n")
    server.store("a", {"n": 1})
    assert server.apply("a", "calc", "add", 2, 3) == 5
    server.stop()
    assert logged(
        server, "this process lacks what Go modules need of an Aerospike server: as_pack_val, as_unpack_val"
    )


@pytest.mark.parametrize("hook", ["hooks", "update", "validate", "apply_record", "apply_stream"])
def test_it_disables_itself_if_mod_lua_lacks_a_hook(
    built: Path, tmp_path: Path, settings: dict[str, str], hook: str
) -> None:
    server = run(built / "host" / "asd-host", tmp_path, {**settings, "HOST_LACKS": hook})
    server.start()
    server.stop()
    assert logged(server, r"mod_lua of this Aerospike \S+ cannot be wrapped: no Go modules run")


def test_a_call_takes_one_reference_of_its_record(
    built: Path, tmp_path: Path, settings: dict[str, str], shop: list[tuple[str, bytes]]
) -> None:
    server = run(built / "host" / "asd-host", tmp_path, settings)
    server.start()
    server.store("a", {"n": 1})
    server.put_all(shop)
    server.apply("a", "shop", "version")
    assert server.references() == 1
    for module, function in (("shop", "fail"), ("shop", "nothing"), ("gone.so", "version")):
        with pytest.raises(FailedError):
            server.apply("a", module, function)
        assert server.references() == 1
    server.stop()


def test_files_are_put_again_in_whatever_order(
    built: Path, tmp_path: Path, settings: dict[str, str], web: list[tuple[str, bytes]]
) -> None:
    server = run(built / "host" / "asd-host", tmp_path, settings)
    server.start()
    server.put_all(web)
    for reverse in (True, False):
        server.reverse = reverse
        server.restart()
        server.store("a", {"n": 1})
        assert server.apply("a", "web", "status", 404) == "Not Found"
    server.stop()


def test_no_file_is_left_behind(
    built: Path, tmp_path: Path, settings: dict[str, str], web: list[tuple[str, bytes]]
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    server = run(built / "host" / "asd-host", tmp_path / "server", {**settings, "MODGO_CACHE": str(cache)})
    server.start()
    server.put_all(web)
    server.store("a", {"n": 1})
    assert server.apply("a", "web", "status", 404) == "Not Found"
    assert list(cache.iterdir()) == []
    server.stop()
    assert list(cache.iterdir()) == []


def test_content_that_is_refused_leaves_no_memory_behind(
    built: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    server = run(built / "host" / "asd-host", tmp_path, settings)
    server.start()
    content = lzma.compress(bytes(4 << 20))
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    for number in range(60):
        with pytest.raises(RefusedError, match="no ELF file"):
            server.put("noise.so", content)
        if number == 9:
            before = process.memory_info().vms
    assert process.memory_info().vms - before < 100 << 20, "50 times 4 MiB was decompressed"
    server.stop()
