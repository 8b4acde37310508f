"""The files that a server gets for a module, and unpacking them."""

from __future__ import annotations

import hashlib
import lzma
import random
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.ship import server_files
from modgo_lsp.ship.server_files import (
    LIMIT,
    NAME_LIMIT,
    FileName,
    PackageError,
    check_name,
    file_name,
    files_of,
    manifest_bytes,
    needed,
    package,
    read_manifest,
    unpack,
)

SMALL = b"\x7fELF" + b"small" * 1000
LARGE = b"\x7fELF" + random.Random(1).randbytes(5000)
"""Not compressible: with a limit of 1000 it needs parts."""


def test_a_small_module_is_one_file_of_xz() -> None:
    [(name, content)] = package("stats", SMALL)
    assert name == "stats.so"
    assert lzma.decompress(content) == SMALL
    assert unpack("stats", {name: content}) == SMALL
    assert needed("stats", content) == []


def test_a_large_module_is_parts_and_then_their_manifest() -> None:
    files = package("net", LARGE, limit=1000)
    names = [name for name, _ in files]
    packed = b"".join(content for _, content in files[:-1])
    digest = hashlib.sha256(packed).hexdigest()
    assert lzma.decompress(packed) == LARGE
    assert names == [f"net.{digest[:16]}-{index}.so" for index in range(1, 7)] + ["net.so"]
    assert all(len(content) <= 1000 for _, content in files)
    assert files[-1][1].decode() == (
        f"modgo-parts 1\nparts 6\npacked-size {len(packed)}\npacked-sha256 {digest}\n"
        f"size {len(LARGE)}\nsha256 {hashlib.sha256(LARGE).hexdigest()}\n"
    )
    assert needed("net", files[-1][1]) == names[:-1]


@given(st.binary(max_size=3000), st.integers(min_value=200, max_value=4000))
def test_unpacked_it_is_the_module_again(content: bytes, limit: int) -> None:
    files = package("m", b"\x7fELF" + content, limit=limit)
    assert unpack("m", dict(files)) == b"\x7fELF" + content
    assert all(len(part) <= limit for _, part in files[:-1])


def test_the_same_bytes_give_the_same_files() -> None:
    assert package("net", LARGE, limit=1000) == package("net", LARGE, limit=1000)


def test_the_limit_is_what_base64_leaves_of_the_servers() -> None:
    encoded = (LIMIT + 2) // 3 * 4
    assert encoded // 4 * 3 <= 1024 * 1024 < (LIMIT + 1 + 2) // 3 * 3


def test_parts_of_two_versions_have_no_name_in_common() -> None:
    first = {name for name, _ in package("net", LARGE, limit=1000)}
    second = {name for name, _ in package("net", LARGE + b"2", limit=1000)}
    assert first & second == {"net.so"}


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "a b", "a;b", "ä", "x" * (NAME_LIMIT + 1), "a\n"])
def test_a_name_that_no_server_or_client_accepts_is_refused(name: str) -> None:
    with pytest.raises(PackageError, match="cannot be the name of a module on a server"):
        package(name, SMALL)


def test_a_server_accepts_the_longest_name_of_a_part() -> None:
    check_name("x" * NAME_LIMIT)
    assert len(str(FileName("x" * NAME_LIMIT, "0" * 16, 256))) <= 127


def test_other_files_than_shared_objects_are_refused() -> None:
    with pytest.raises(PackageError, match="not a shared object"):
        package("stats", b"package main")


def test_more_bytes_than_the_plugin_accepts_are_refused() -> None:
    with pytest.raises(PackageError, match="compressed; a server accepts at most 2,560"):
        package("net", LARGE, limit=10)


def test_file_names_are_parsed_as_they_were_made() -> None:
    assert file_name("net.so") == FileName("net")
    assert file_name("net.0123456789abcdef-12.so") == FileName("net", "0123456789abcdef", 12)
    for other in ("net.lua", ".so", "net.0123-1.so", "net.0123456789abcdef-0.so", "a.b.so", "net.so\n"):
        assert file_name(other) is None


def test_the_files_of_a_module_are_removed_with_itself_first() -> None:
    names = ["net.0123456789abcdef-10.so", "net.0123456789abcdef-2.so", "other.so", "net.lua", "net.so"]
    assert files_of("net", names) == ["net.so", "net.0123456789abcdef-2.so", "net.0123456789abcdef-10.so"]


def test_incomplete_and_damaged_files_are_not_unpacked() -> None:
    files = dict(package("net", LARGE, limit=1000))
    part = next(iter(files))
    with pytest.raises(PackageError, match=r"there is no net\.so"):
        unpack("net", {})
    with pytest.raises(PackageError, match=f"in 6 parts, of which {part} is missing"):
        unpack("net", {name: content for name, content in files.items() if name != part})
    with pytest.raises(PackageError, match="do not match its manifest"):
        unpack("net", {**files, part: bytes(len(files[part]))})
    with pytest.raises(PackageError, match="damaged"):
        unpack("net", {**files, "net.so": files["net.so"] + b"\n"})
    with pytest.raises(PackageError, match="neither a shared object"):
        unpack("net", {"net.so": b"\xfd7zXZ\0 and nothing else"})
    [(_, content)] = package("net", SMALL)
    for damaged in (content[:-1], content + content):
        with pytest.raises(PackageError, match="cut short, or has data after"):
            unpack("net", {"net.so": damaged})


@pytest.mark.parametrize("field", ["size", "sha256", "packed_size", "packed_sha256"])
def test_a_manifest_of_other_content(field: str) -> None:
    """Each field is checked: the file names say which parts belong together."""
    files = dict(package("net", LARGE, limit=1000))
    manifest = read_manifest(files.pop("net.so"))
    assert manifest is not None
    other = {"size": 5005, "sha256": "0" * 64, "packed_size": 9, "packed_sha256": manifest.set + "0" * 48}
    damaged = manifest_bytes(msgspec.structs.replace(manifest, **{field: other[field]}))
    of_parts = field.startswith("packed")
    message = "the parts of net.so do not match" if of_parts else "net.so decompressed does not match"
    with pytest.raises(PackageError, match=re.escape(message)):
        unpack("net", {**files, "net.so": damaged})


def test_a_module_may_have_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_files, "MOST_BYTES", len(SMALL))
    files = dict(package("net", SMALL))
    assert unpack("net", files) == SMALL
    with pytest.raises(PackageError, match=f"has {len(SMALL) + 1:,} bytes; a server accepts at most"):
        package("net", SMALL + b"1")
    monkeypatch.setattr(server_files, "MOST_BYTES", len(SMALL) - 1)
    with pytest.raises(PackageError, match=f"more than {len(SMALL) - 1:,} bytes unpacked"):
        unpack("net", files)


def test_a_raw_module_is_itself() -> None:
    assert unpack("net", {"net.so": SMALL}) == SMALL
    assert read_manifest(SMALL) is None
