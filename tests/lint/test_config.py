"""The configuration: which file counts, and which errors are reported where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import (
    KEYS,
    ConfigProblem,
    Settings,
    _named_file,
    configuration,
    resolve,
    schema,
)


def problems(folder: Path, overrides: dict[str, Any] | None = None) -> list[str]:
    _, found = resolve(str(folder), DiskFiles(), overrides)
    return [str(problem).replace(f"{folder}/", "") for problem in found]


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    settings, found = resolve(str(tmp_path), DiskFiles())
    assert (settings.select, settings.fail_on, found) == (("MG",), "warning", ())


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('fail-on = "error"\nignore = ["MG104"]\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[tool.modgo]\nselect = ["MG1"]\n')
    (inner / "deeper").mkdir()
    settings, _ = resolve(str(inner / "deeper"), DiskFiles())
    assert (settings.select, settings.ignore, settings.fail_on) == (("MG1",), (), "warning")
    assert settings.root == str(inner)


def test_modgo_toml_goes_before_pyproject_of_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('fail-on = "error"\n')
    (tmp_path / "pyproject.toml").write_text('[tool.modgo]\nfail-on = "hint"\n')
    assert resolve(str(tmp_path), DiskFiles())[0].fail_on == "error"


def test_a_pyproject_without_tool_modgo_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('fail-on = "error"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert resolve(str(inner), DiskFiles())[0].fail_on == "error"


@pytest.mark.parametrize(
    "text", ['go = "a\\u0000"', 'select = ["MG\\u0000"]', '[per-file-ignores]\n"a\\u0000" = ["MG101"]']
)
def test_a_nul_is_reported_at_its_key(tmp_path: Path, text: str) -> None:
    (tmp_path / "modgo.toml").write_text(text)
    settings, (problem,) = resolve(str(tmp_path), DiskFiles())
    assert "has a NUL character" in problem.message
    assert settings == Settings(root=str(tmp_path))


def test_overrides_go_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('\nfail-on = "error"\ngo = "/opt/go/bin/go"\n')
    found = configuration(str(tmp_path), DiskFiles(), {"fail-on": "hint"})
    assert found.settings.fail_on == "hint"
    assert found.sources["fail-on"] == "command line"
    assert found.sources["go"] == f"{tmp_path / 'modgo.toml'}:3"
    assert found.sources["cc"] == "default"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\nselct = ["MG1"]\n', "modgo.toml:2: unknown key selct; did you mean select?"),
        ('fail-on = "erorr"\n', "modgo.toml:1: fail-on: invalid enum value 'erorr'"),
        ("# a\n\nselect = 3\n", "modgo.toml:3: select: expected `array`, got `int`"),
        (
            '[severity]\nMG102 = "error"\nMG101 = "loud"\n',
            "modgo.toml:3: severity.MG101: invalid enum value 'loud': "
            "choose error, warning, information or hint",
        ),
        ('severity = { MG101 = "loud" }\n', "modgo.toml:1: severity.MG101: invalid enum value"),
        (
            'severity.MG1 = "hint"\nseverity.MG999 = "hint"\n',
            "modgo.toml:2: severity: there is no rule",
        ),
        ('severity = "loud"\n', "modgo.toml:1: severity: expected `object`, got `str`"),
        (
            '[per-file-ignores]\n"a" = ["MG1"]\n"*_gen.go" = ["MG9"]\n',
            "modgo.toml:3: per-file-",
        ),
        (
            '[per-file-ignores]\n"*_gen.go" = [1]\n',
            "modgo.toml:2: per-file-ignores.*_gen.go[0]: expected",
        ),
        ('ignore = ["MG999"]\n', "modgo.toml:1: ignore: there is no rule MG999"),
        ('go = "a"\nselect = [\n', "modgo.toml:2: this is not TOML"),
        ("go = 1\ngo = 2\n", "modgo.toml:2: this is not TOML"),
        ("go = 'a'\n" + "a." * 64 + "b = 1\n", "modgo.toml:2: this key has more than 64 parts"),
        ("a." * 32 + '\'x\' . "y\\"."' + ".a" * 31 + " = 1\n", "modgo.toml:1: this key has more than 64"),
        ("a." * 63 + "b = 1\n", "modgo.toml:1: unknown key a"),
        ("a = '" + "a." * 70 + "'\n", "modgo.toml:1: unknown key a"),
        ("a = [" + "1.5, " * 70 + "]\n", "modgo.toml:1: unknown key a"),
        ("\na = " + "1" * 4001, "modgo.toml:2: this number has more than 4000 digits"),
        ("a = '" + "x1" * 4001 + "'", "modgo.toml:1: unknown key a"),
        ("a = " + "[" * 3000 + "]" * 3000, "modgo.toml:1: this is not TOML: it is nested too deeply"),
        ("#" * 1_000_001, "modgo.toml:1: this was not read: it has more than 1,000,000 bytes"),
    ],
)
def test_errors_are_reported_at_their_line(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "modgo.toml").write_text(text)
    assert len(problems(tmp_path)) == 1
    assert problems(tmp_path)[0].startswith(expected)


def test_null_is_a_value_of_some_settings_alone(tmp_path: Path) -> None:
    found = configuration(str(tmp_path), DiskFiles(), {"fail-on": None, "go": None}, "editor")
    assert found.settings.fail_on == "warning"
    assert (found.sources["fail-on"], found.sources["go"]) == ("default", "editor")
    assert [str(each) for each in found.problems] == ["editor: fail-on: expected `str`, got `null`"]


def test_the_valid_entries_of_a_table_count(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('[severity]\nMG101 = "loud"\nMG102 = "hint"\n')
    settings, found = resolve(str(tmp_path), DiskFiles())
    assert (settings.severity, len(found)) == ({"MG102": "hint"}, 1)


def test_every_error_is_reported_and_the_rest_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.ruff]\nselect = 1\n\n[tool.modgo]\nselect = 2\nbogus = 3\nfail-on = "error"\n'
    )
    assert [each.partition(": ")[0] for each in problems(tmp_path)] == [
        "pyproject.toml:5",
        "pyproject.toml:6",
    ]
    assert resolve(str(tmp_path), DiskFiles())[0].fail_on == "error"


def test_fifty_problems_are_reported(tmp_path: Path) -> None:
    rules = ", ".join(f'"XX{number}"' for number in range(60))
    (tmp_path / "modgo.toml").write_text(f"select = [{rules}]\nignore = [{rules}]\n")
    found = problems(tmp_path)
    assert len(found) == 50
    assert "XX49" in found[-1]


def test_a_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_bytes(b'go = "a"\ncc = "\xff"\n')
    assert problems(tmp_path)[0].startswith("modgo.toml:2: this is not UTF-8")


def test_a_wrong_override_names_its_origin(tmp_path: Path) -> None:
    assert problems(tmp_path, {"select": ["XX1"]})[0].startswith("command line: select: there is no rule XX1")


def test_the_schema_agrees_with_the_resolver(tmp_path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert set(schema()["properties"]) == set(KEYS)
    validator = jsonschema.Draft202012Validator(schema())
    for value in ({"select": ["MG1"], "severity": {"MG101": "error"}}, {"go": None}, {}):
        assert validator.is_valid(value)
        assert problems(tmp_path, value) == []
    for value in ({"selct": []}, {"select": 1}, {"severity": {"MG101": "loud"}}):
        assert not validator.is_valid(value)
        assert problems(tmp_path, value) != []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/no/such.toml", "this cannot be read: No such file or directory"),
        ("/a\0b", "this cannot be read: embedded null byte"),
    ],
)
def test_a_named_file_that_cannot_be_read(path: str, message: str) -> None:
    *_, problem = _named_file(path, DiskFiles())
    assert problem == ConfigProblem(path, 1, message)
