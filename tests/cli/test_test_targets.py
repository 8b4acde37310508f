"""Which modules and case files the arguments of `modgo test` name, also where several name one package."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.test.targets import Target, targets_of
from modgo_lsp.host.sample import SAMPLES

WRITE_ONE = "write one as testdata/udf/NAME.case.yaml in the package's folder"
ONE, TWO = (SAMPLES / f"{name}.case.yaml" for name in ("one", "two"))


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("shop", "other"):
        folder = tmp_path / name
        (folder / SAMPLES).mkdir(parents=True)
        (folder / "a.go").write_text("package a\n")
        for case in (ONE, TWO):
            (folder / case).write_text("- function: f\n")
    (tmp_path / "shop" / "x.case.yaml").write_text("- function: f\n")
    monkeypatch.chdir(tmp_path)


def targets(*words: str | Path) -> list[Target]:
    return targets_of([str(each) for each in words])


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (["shop"], None),
        ([Path("shop", ONE)], ((Path("shop", ONE), 0),)),
        ([f"shop/{ONE}:7"], ((Path("shop", ONE), 7),)),
        ([Path("shop", ONE), f"shop/{TWO}:7"], ((Path("shop", ONE), 0), (Path("shop", TWO), 7))),
        ([Path("shop", ONE), "shop"], None),
        (["shop", Path("shop", ONE)], None),
    ],
)
def test_case_files_of_one_package_run_together(
    words: list[str | Path], files: tuple[tuple[Path, int], ...] | None
) -> None:
    assert targets(*words) == [Target(Path("shop"), files)]


def test_each_package_is_one_target() -> None:
    named = targets(Path("shop", ONE), "other", Path("shop", TWO))
    assert [each.path.name for each in named] == ["shop", "other"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("gone", "gone does not exist"),
        ("shop:3", "shop:3 does not exist"),
        ("gone/...", "gone is not a folder"),
        ("gone.case.yaml", "gone.case.yaml does not exist"),
        ("shop/x.case.yaml", "shop/x.case.yaml is not in a testdata/udf folder"),
    ],
)
def test_what_is_not_there_is_named(word: str, message: str) -> None:
    with pytest.raises(CliError, match=message):
        targets(word)


@pytest.mark.parametrize(
    ("word", "message", "remedy"),
    [
        ("empty", "empty has no cases", WRITE_ONE),
        (
            ".",
            "this folder has no cases",
            f"{WRITE_ONE}; ./... are all packages below it",
        ),
        (
            "./",
            "this folder has no cases",
            f"{WRITE_ONE}; ./... are all packages below it",
        ),
        (
            "empty/...",
            "there are no cases in empty and below it",
            WRITE_ONE,
        ),
        (
            "shop/x.case.yaml",
            "shop/x.case.yaml is not in a testdata/udf folder",
            "move it to testdata/udf of its package",
        ),
    ],
)
def test_what_to_do_without_cases(word: str, message: str, remedy: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(CliError) as refused:
        targets(word)
    assert (refused.value.message, refused.value.remedy) == (message, remedy)


def test_all_packages_below_a_folder() -> None:
    Path("empty").mkdir()
    Path("empty", "e.go").write_text("package e\n")
    Path("m.so").touch()
    for word in ("...", "./..."):
        assert sorted(targets(word), key=str) == [Target(Path("other")), Target(Path("shop"))]
    assert targets("shop/...") == [Target(Path("shop"))]
    assert [each.is_built for each in targets("m.so", "shop")] == [True, False]
    Path("shop:3").touch()  # is a file
    assert targets("shop:3") == [Target(Path("shop:3"))]
