"""The JSON report of `modgo lint`: its documented form, positions, edits and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from tests.cli.lint_command import FORGOTTEN, MISNAMED, append, modgo

POSITION = {
    "type": "object",
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    "required": ["line", "column"],
    "additionalProperties": False,
}
RANGE = {
    "type": "object",
    "properties": {"start": POSITION, "end": POSITION},
    "required": ["start", "end"],
    "additionalProperties": False,
}


def strict(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
PLACE = {"path": {"type": "string", "pattern": r"^[^/\\]"}, "range": RANGE}
EDIT = strict(**PLACE, newText={"type": "string"})
CONTRACT = strict(
    version={"const": 1},
    findings={
        "type": "array",
        "items": strict(
            code={"type": "string", "pattern": r"^MG\d{3}$"},
            name={"type": "string", "pattern": "^[a-z-]+$"},
            severity={"enum": ["error", "warning", "information", "hint"]},
            message=TEXT,
            **PLACE,
            related={"type": "array", "items": strict(**PLACE, message=TEXT)},
            fixes={
                "type": "array",
                "items": strict(title=TEXT, safe={"type": "boolean"}, edits={"type": "array", "items": EDIT}),
            },
            url={"type": "string", "pattern": r"^https://.*/MG\d{3}\.md$"},
        ),
    },
    summary=strict(packages=COUNT, files=COUNT, errors=COUNT, warnings=COUNT, information=COUNT, hints=COUNT),
)


def test_json_has_the_documented_form(module: Path) -> None:
    append(module, FORGOTTEN + 'var _ = udf.Register("add", Add)\n' + MISNAMED)
    ran = modgo(module, "--output-format", "json")
    report = json.loads(ran.stdout)
    jsonschema.validate(report, CONTRACT)
    assert ran.returncode == 1
    assert report["summary"] == {
        "packages": 1,
        "files": 1,
        "errors": 2,
        "warnings": 2,
        "information": 0,
        "hints": 0,
    }
    codes = [(found["range"]["start"]["line"], found["code"]) for found in report["findings"]]
    assert codes == [(11, "MG101"), (13, "MG101"), (14, "MG103"), (15, "MG105")]
    assert report["findings"][2]["related"][0]["range"]["start"] == {"line": 6, "column": 15}


def test_json_counts_in_code_points_and_gives_edits(module: Path) -> None:
    append(module, "\nfunc /* größe 😀 */ Sub(rec *udf.Record) {}\n")
    found = json.loads(modgo(module, "--output-format", "json").stdout)["findings"][0]
    assert found["path"] == "counters/counters.go"
    assert found["range"] == {"start": {"line": 11, "column": 20}, "end": {"line": 11, "column": 23}}
    assert found["fixes"] == [
        {
            "title": 'Register Sub as "sub"',
            "safe": True,
            "edits": [
                {
                    "path": "counters/counters.go",
                    "range": {"start": {"line": 6, "column": 26}, "end": {"line": 6, "column": 26}},
                    "newText": '\n\tudf.Register("sub", Sub)',
                }
            ],
        }
    ]


def test_json_without_findings(tmp_path: Path) -> None:
    report = json.loads(modgo(tmp_path, "--output-format", "json").stdout)
    jsonschema.validate(report, CONTRACT)
    assert report["findings"] == []


def test_paths_that_could_not_be_linted_are_in_the_report(module: Path) -> None:
    (module / "modgo.toml").write_text("ignor = []\n")
    ran = modgo(module, ".", "gone", "--select", "MG999", "--output-format", "json")
    report = json.loads(ran.stdout)
    assert ran.returncode == 2
    places = [(each["path"], each["line"]) for each in report["errors"]]
    assert places == [("gone", None), (None, None), ("modgo.toml", 1)]
    assert "MG999" in report["errors"][1]["message"]
    for form, mark in (
        ("github", "::error "),
        ("gitlab", "blocker"),
        ("junit", "<error "),
        ("sarif", "ignor"),
    ):
        ran = modgo(module, ".", "gone", "--output-format", form)
        assert (ran.returncode, mark in ran.stdout) == (2, True), form
