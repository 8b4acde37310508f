"""How packages are divided among processes."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.build.lint_partition import shares

# Two independent groups of packages whose names alternate.
IMPORTS = {
    **{"a": ["core"], "c": ["core", "a"], "core": []},
    **{"b": ["data"], "d": ["data", "b"], "data": []},
}


def test_packages_with_the_same_imports_go_together() -> None:
    found = shares(sorted(IMPORTS), IMPORTS, lambda _: 10, 2)
    assert sorted(map(sorted, found)) == [["a", "c", "core"], ["b", "d", "data"]]


def test_a_package_that_all_import_does_not_join_them() -> None:
    imports = {"core": [], **{f"p{number}": ["core"] for number in range(20)}}
    first, second = shares(sorted(imports), imports, lambda _: 10, 2)
    assert abs(len(first) - len(second)) <= 1


def test_imports_that_are_not_linted_count_too() -> None:
    imports = {"x": ["large"], "y": ["large"], "z": ["other"], "large": [], "other": []}
    sizes = {"large": 1000, "other": 900}
    found = shares(["x", "y", "z"], imports, lambda each: sizes.get(each, 1), 2)
    assert sorted(found) == [["x", "y"], ["z"]]


def test_a_package_joins_its_imports_up_to_a_fair_share() -> None:
    imports = {"q": [], "p": ["x"], "a": ["x"], "x": []}
    sizes = {"q": 300, "p": 150, "x": 100, "a": 1}
    assert sorted(shares(["q", "p", "a"], imports, sizes.__getitem__, 3)) == [[], ["p", "a"], ["q"]]


FOLDERS = [f"p{number}" for number in range(9)]
GRAPHS = st.dictionaries(st.sampled_from(FOLDERS), st.lists(st.sampled_from(FOLDERS), max_size=4))


@given(GRAPHS, st.sets(st.sampled_from(FOLDERS)), st.integers(1, 4))
def test_each_package_is_linted_once(
    imports: dict[str, list[str]], directories: set[str], count: int
) -> None:
    found = shares(directories, imports, lambda each: len(imports.get(each, ())), count)
    assert len(found) == count
    assert sorted(chain(*found)) == sorted(directories)
