"""Versions of modules whose go.mod files are not all there; test_locate.py has what a build takes of them."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.modules.build_list import ModuleGraph
from modgo_lsp.golang.modules.go_mod import parse_go_mod

MAIN = "module example.org/main\ngo 1.16\nrequire (\n\texample.org/a v1.0.0\n\texample.org/b v1.0.0\n)\n"


def build_list(files: dict[str, str]) -> dict[str, str]:
    graph = ModuleGraph(
        (parse_go_mod(MAIN.encode()),),
        lambda path, _version: parse_go_mod(files[path].encode()) if path in files else None,
        workspace=False,
    )
    return graph.build_list()


@pytest.mark.parametrize("missing", ["example.org/a", "example.org/b"])
def test_a_module_that_is_not_there_hides_no_other(missing: str) -> None:
    files = {
        path: f"module {path}\nrequire example.org/{needed} v1.2.0\n"
        for path, needed in (("example.org/a", "c"), ("example.org/b", "d"))
        if path != missing
    }
    (needed,) = ("c",) if missing.endswith("b") else ("d",)
    assert build_list(files) == {
        "example.org/a": "v1.0.0",
        "example.org/b": "v1.0.0",
        f"example.org/{needed}": "v1.2.0",
    }


@pytest.mark.parametrize("one", ["example.org/a", "example.org/b"])
@pytest.mark.parametrize("needed", ["example.org/main", "example.org/a", "example.org/b"])
def test_a_module_that_is_required_again_hides_no_other(one: str, needed: str) -> None:
    (other,) = {"example.org/a", "example.org/b"} - {one}
    files = {
        one: f"module {one}\nrequire {needed} v1.0.0\n",
        other: f"module {other}\nrequire example.org/c v1.2.0\n",
    }
    assert build_list(files) == {
        "example.org/a": "v1.0.0",
        "example.org/b": "v1.0.0",
        "example.org/c": "v1.2.0",
    }
