"""Modules in several files: order, missing and mixed parts, replacement, and the state file."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.ship.node_state import State
from modgo_lsp.ship.server_files import package
from tests.asd.conftest import in_parts, logged
from tests.asd.server import FailedError, Files, Server


def test_a_module_larger_than_a_file_goes_in_parts(server: Server, web: Files) -> None:
    assert len(web) > 2
    server.put_all(web)
    server.store("a", {"n": 1})
    assert server.apply("a", "web", "status", 404) == "Not Found"


def test_parts_come_in_any_order(server: Server, shops: tuple[bytes, bytes]) -> None:
    head, *parts = reversed(in_parts("shop", shops[0]))
    server.store("a", {"n": 1})
    server.put(*head)
    for part in parts:
        with pytest.raises(FailedError, match=r"shop\.so waits for \d+ of its \d+ parts"):
            server.apply("a", "shop", "version")
        server.put(*part)
    assert server.apply("a", "shop", "version") == 1
    with pytest.raises(FailedError):
        server.apply("a", parts[0][0].removesuffix(".so"), "version")


def test_a_missing_part_is_named_and_waited_for(server: Server, shops: tuple[bytes, bytes]) -> None:
    files = in_parts("shop", shops[0])
    lost = files.pop(1)
    server.put_all(files)
    server.store("a", {"n": 1})
    with pytest.raises(
        FailedError, match=f"waits for 1 of its {len(files)} parts, the first of them {lost[0]}"
    ):
        server.apply("a", "shop", "version")
    server.restart()
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match="waits for 1 of"):
        server.apply("a", "shop", "version")
    server.put(*lost)
    assert server.apply("a", "shop", "version") == 1


def test_a_part_of_another_version_is_detected(server: Server, shops: tuple[bytes, bytes]) -> None:
    files, others = in_parts("shop", shops[0]), in_parts("shop", shops[1])
    mixed = [(files[0][0], others[0][1]), *files[1:]]
    server.put_all(mixed)
    server.store("a", {"n": 1})
    with pytest.raises(FailedError, match="put the module again"):
        server.apply("a", "shop", "version")
    server.put(*files[0])
    assert server.apply("a", "shop", "version") == 1


def test_the_old_set_answers_until_the_new_one_is_whole(server: Server, shops: tuple[bytes, bytes]) -> None:
    old, new = in_parts("shop", shops[0]), in_parts("shop", shops[1])
    server.put_all(old)
    server.store("a", {"n": 1})
    server.put_all(new[:-2])
    assert server.apply("a", "shop", "version") == 1
    server.restart()
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 1
    server.put(*new[-1])
    assert server.apply("a", "shop", "version") == 1
    server.put(*new[-2])
    assert server.apply("a", "shop", "version") == 2
    for name, _ in old[:-1]:
        server.remove(name)
    server.restart()
    server.store("a", {"n": 1})
    assert server.apply("a", "shop", "version") == 2


def test_the_state_of_a_module_can_be_read(
    server: Server, shops: tuple[bytes, bytes], tmp_path: Path
) -> None:
    assert server.state("shop") is None
    old, new = (package("shop", content) for content in shops)
    server.put_all(old)
    state = server.state("shop")
    assert state == State(hashlib.sha256(old[-1][1]).hexdigest(), "loaded", "")
    parts = in_parts("shop", shops[1])
    server.put_all(parts[1:])
    state = server.state("shop")
    assert state is not None
    assert (state.file_sha256, state.word) == (hashlib.sha256(parts[-1][1]).hexdigest(), "waiting")
    assert f"waits for 1 of its {len(parts) - 1} parts" in state.why
    server.put(parts[0][0], b"something else")
    state = server.state("shop")
    assert state is not None
    assert (state.word, "put the module again" in state.why) == ("refused", True)
    server.put_all(old)
    assert server.state("shop") == State(hashlib.sha256(old[-1][1]).hexdigest(), "loaded", "")
    server.put_all(package("later", later(tmp_path)))
    state = server.state("later")
    assert state is not None
    assert (state.word, "speaks version 2.0 of the UDF ABI" in state.why) == ("refused", True)
    server.put_all(new)
    server.restart()
    assert server.state("shop") == State(hashlib.sha256(new[-1][1]).hexdigest(), "loaded", "")
    for name in ("shop.so", "later.so"):
        server.remove(name)
    assert [server.state(name) for name in ("shop", "later")] == [None, None]


def later(folder: Path) -> bytes:
    """A module that passes inspection but has the next major version of the ABI, which only loading shows."""
    root = Path(__file__).parents[2]
    command = ["cc", "-shared", "-fPIC", "-DMAJOR=2", "-I", str(root / "libmod_go" / "include")]
    source = root / "tests" / "host" / "modules" / "good.c"
    subprocess.run([*command, "-o", str(folder / "later.so"), str(source)], check=True)
    return (folder / "later.so").read_bytes()


def test_the_loss_of_a_part_is_logged(server: Server, shops: tuple[bytes, bytes]) -> None:
    files = in_parts("shop", shops[0])
    server.put_all(files)
    server.store("a", {"n": 1})
    server.remove(files[0][0])
    assert server.apply("a", "shop", "version") == 1
    assert logged(
        server, r"shop\.so has lost a part, shop\.\w+-1\.so: it stays loaded until the server restarts"
    )


def test_a_version_that_cannot_be_loaded_leaves_the_old_one(
    server: Server, shops: tuple[bytes, bytes]
) -> None:
    old, new = in_parts("shop", shops[0]), in_parts("shop", shops[1])
    server.put_all(old)
    server.store("a", {"n": 1})
    server.put_all([(new[0][0], b"something else"), *new[1:]])
    assert server.apply("a", "shop", "version") == 1
    assert logged(server, "the version before stays loaded")
