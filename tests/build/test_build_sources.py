"""The sources that a module claims to be built from. The claim is untrusted input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modgo_lsp.build.build_sources import built_from, is_out_of_date

FOLDERS: tuple[list[str], ...] = ([], ["relative"], ["."], ["/no/such"], ["/dev/null"], ["a\0"], ["/"] * 65)
INVALID = [json.dumps({"source": "x", "folders": each}) for each in FOLDERS]
INVALID += [
    "",
    "{}",
    "null",
    "[]",
    '{"source": "x"}',
    '{"source": 1, "folders": ["/"]}',
    "[" * 1000,
    "\ud800",
]


@pytest.mark.parametrize("origin", INVALID, ids=lambda origin: ascii(origin)[:40])
def test_invalid_properties(origin: str) -> None:
    assert built_from(origin) is None


def test_a_folder_of_others_is_not_read(tmp_path: Path) -> None:
    origin = json.dumps({"source": "x", "folders": [str(tmp_path)]})
    assert built_from(origin) is not None
    tmp_path.chmod(0o777)
    assert built_from(origin) is None


def test_a_folder_without_a_package_is_not_newer(tmp_path: Path) -> None:
    origin = built_from(json.dumps({"source": "x", "folders": [str(tmp_path)]}))
    assert origin is not None
    assert not is_out_of_date(origin)
    (tmp_path / "m.go").write_text("package m\n")
    assert is_out_of_date(origin)


def test_the_longest_property(tmp_path: Path) -> None:
    short = json.dumps({"source": "", "folders": [str(tmp_path)]})
    for size, is_read in ((1 << 20, True), ((1 << 20) + 1, False)):
        origin = json.dumps({"source": "x" * (size - len(short)), "folders": [str(tmp_path)]})
        assert len(origin) == size
        assert (built_from(origin) is not None) == is_read


def test_a_folder_that_is_gone_is_not_newer(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "m.go").write_text("package m\n")
    origin = built_from(json.dumps({"source": "x", "folders": [str(folder)]}))
    assert origin is not None
    assert is_out_of_date(origin)
    (folder / "m.go").unlink()
    folder.rmdir()
    assert not is_out_of_date(origin)
    folder.touch()
    assert not is_out_of_date(origin)
