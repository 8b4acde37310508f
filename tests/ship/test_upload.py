"""What modgo deploy refuses before it asks any cluster."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath

import pytest

from modgo_lsp.ship import server_files
from modgo_lsp.ship.deploy import ExistingFiles, Upload, check_free, load_upload
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.module_name import module_name, stem
from modgo_lsp.ship.server_files import MOST_BYTES, package
from tests.ship.test_trial import compiled


def test_the_name_is_the_file_s_up_to_the_first_dot() -> None:
    assert module_name(PurePath("/a.b/my-counters_2.so")) == "my-counters_2"
    assert stem("counters.0123456789abcdef-1.so") == "counters"


@pytest.mark.parametrize(
    ("name", "message", "remedy"),
    [
        ("my.counters.so", "has two dots", "modgo build -o my_counters.so"),
        ("counters", "does not end in .so", "modgo build"),
        ("counters.lua", "does not end in .so", "modgo build"),
        (".so", "does not end in .so", "modgo build"),
        ("a b.so", "cannot be the name of a module on a server", ""),
        ("a;b.so", "cannot be the name of a module on a server", ""),
        (f"{'x' * 104}.so", "cannot be the name of a module on a server", ""),
    ],
)
def test_names_that_no_cluster_accepts(name: str, message: str, remedy: str) -> None:
    with pytest.raises(ShipError) as caught:
        module_name(PurePath(name))
    assert caught.value.usage
    assert message in caught.value.message
    assert remedy in caught.value.remedy


def test_files_that_no_server_accepts(tmp_path: Path) -> None:
    path = tmp_path / "counters.so"
    with pytest.raises(ShipError, match=r"counters\.so cannot be read \(No such file"):
        load_upload(path)
    path.write_text("#!/bin/sh\n")
    with pytest.raises(ShipError, match=r"counters\.so is not a UDF module: ") as caught:
        load_upload(path)
    assert not caught.value.usage
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ShipError, match="larger than 256 MiB"):
        load_upload(path)


def test_a_module_of_more_bytes_than_a_server_unpacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = compiled(tmp_path)
    upload = load_upload(path)
    content = path.read_bytes()
    assert upload == Upload(
        "good", str(path), len(content), hashlib.sha256(content).hexdigest(), tuple(package("good", content))
    )
    monkeypatch.setattr(server_files, "MOST_BYTES", len(content) - 1)
    with pytest.raises(ShipError, match="a server accepts at most") as caught:
        load_upload(path)
    assert not caught.value.usage


def test_a_name_that_another_language_has() -> None:
    check_free("counters", ExistingFiles(("counters.so",), ()))
    with pytest.raises(ShipError) as caught:
        check_free("counters", ExistingFiles((), ("counters.lua",)))
    assert caught.value.usage
    assert "the cluster has counters.lua" in caught.value.message
