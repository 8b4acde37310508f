"""`modgo rule` and `modgo config`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modgo_lsp.cli.commands import modgo
from modgo_lsp.lint.config import KEYS
from modgo_lsp.rules.catalogue import RULES


def run(*arguments: str) -> Result:
    return CliRunner().invoke(modgo, list(arguments))


@pytest.mark.parametrize("asked", ["MG101", "mg101", "unregistered-udf"])
def test_a_page_by_code_or_name(asked: str) -> None:
    ran = run("rule", asked)
    assert ran.exit_code == 0
    assert ran.output == RULES["MG101"].page
    assert ran.output.startswith("# MG101 unregistered-udf\n")


def test_all_rules_in_code_order() -> None:
    codes = [line.split()[0] for line in run("rule", "--all").output.splitlines()]
    assert codes == list(RULES)


def test_rules_as_json() -> None:
    every = json.loads(run("rule", "--all", "--output-format", "json").output)
    assert [rule["code"] for rule in every] == list(RULES)
    one = json.loads(run("rule", "MG206", "--output-format", "json").output)
    assert one == next(rule for rule in every if rule["code"] == "MG206")
    assert set(one) == {"code", "name", "severity", "summary", "fix", "page", "url"}


@pytest.mark.parametrize(
    ("arguments", "help_"),
    [
        (("MG110x",), "did you mean MG110?"),
        ((), "modgo rule MG101"),
        (("MG101", "--all"), "modgo rule MG101"),
    ],
)
def test_wrong_usage_shows_a_remedy(arguments: tuple[str, ...], help_: str) -> None:
    ran = run("rule", *arguments)
    assert ran.exit_code == 2
    assert help_ in ran.output


def test_config_shows_the_source_of_each_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("modgo.toml").write_text('# ours\nfail-on = "error"\n')
    lines = run("config").output.splitlines()
    assert 'fail-on                    = "error"  (modgo.toml:2)' in lines
    assert "go                         = null  (default)" in lines
    settings = json.loads(run("config", "--output-format", "json").output)["settings"]
    assert settings["fail-on"] == {"value": "error", "source": f"{tmp_path / 'modgo.toml'}:2"}


def test_config_reports_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("modgo.toml").write_text("bogus = 1\n")
    assert run("config").exit_code == 2
    assert run("config", "nowhere").exit_code == 2


def test_config_prints_its_schema() -> None:
    assert "per-file-ignores" in json.loads(run("config", "--schema").output)["properties"]


def test_each_setting_with_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    monkeypatch.chdir(folder)
    file = tmp_path / "modgo.toml"
    file.write_text('ignore = ["MG104"]\nmax-file-size = 7\n')
    ran = run("config")
    lines = {line.partition(" ")[0]: line for line in ran.stdout.splitlines()}
    width = max(map(len, KEYS))
    assert (ran.exit_code, ran.stderr, list(lines)) == (0, "", list(KEYS))
    assert lines["ignore"] == f'{"ignore":<{width}} = ["MG104"]  (../modgo.toml:1)'
    assert lines["select"].endswith("  (default)")
    ran = run("config", "--json", str(tmp_path))
    answer = json.loads(ran.stdout)
    assert (ran.exit_code, answer["file"], list(answer["settings"])) == (0, str(file), list(KEYS))
    assert answer["settings"]["max-file-size"] == {"value": 7, "source": f"{file}:2"}
    file.write_text("selct = 1\n")
    ran = run("config")
    assert ran.exit_code == 2
    assert ran.stderr == f"Error: {file}:1: unknown key selct; did you mean select?\n"
    ran = run("config", "nowhere")
    message = "Error: nowhere: no such folder\nHelp: name the folder of a package or module\n"
    assert (ran.exit_code, ran.stdout, ran.stderr) == (2, "", message)
