"""Findings in the formats of services: SARIF against the standard's own schema, GitHub, GitLab, JUnit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit, Finding, Fix, Location, Related
from modgo_lsp.report.github import report_github
from modgo_lsp.report.gitlab import report_gitlab
from modgo_lsp.report.junit import report_junit
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.problems import Problem
from modgo_lsp.report.sarif import report_sarif
from modgo_lsp.report.sources import Sources

TEXT = "package p\n\nfunc Größe(rec R) {}\nfunc B() {}\n"
# It carries the schema that OASIS publishes, as text in a Go file.
PROBLEMS = [
    Problem("x.toml", 1, "no such key"),
    Problem("gone", None, "it is not there"),
    Problem(None, None, "y"),
]
GO_SARIF = "github.com/owenrumney/go-sarif/v3@v3.3.1"

PROBLEMS = [
    Problem("x.toml", 1, "no such key"),
    Problem("gone", None, "it is not there"),
    Problem(None, None, "y"),
]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "a b.go").write_text(TEXT, encoding="utf-8")
    return Sources(DiskFiles(), str(tmp_path))


@pytest.fixture
def findings(tmp_path: Path) -> list[Finding]:
    path = str(tmp_path / "a b.go")
    word = Location(path, Span(16, 23))
    fix = Fix("Register it", True, (Edit(Location(path, Span(10, 10)), "// ü\n"),))
    related = (Related(Location(path, Span(0, 7)), "the package"),)
    rest = Location(path, Span(11, len(TEXT.encode()) - 1))
    return [
        Finding("MG101", "warning", "50%: nobody,\ncan call it", word, related, (fix,)),
        Finding("MG201", "error", "no value \x00 <here>", rest),
        Finding("MG104", "information", "so", word),
    ]


@pytest.fixture(scope="module")
def schema() -> Any:
    done = subprocess.run(
        ["go", "mod", "download", "-json", GO_SARIF], capture_output=True, text=True, check=True, timeout=120
    )
    text = Path(json.loads(done.stdout)["Dir"], "pkg/report/v210/sarif/schema.go").read_text()
    return json.loads(text.split("`")[1])


def test_sarif_matches_its_schema(findings: list[Finding], sources: Sources, schema: Any) -> None:
    report = json.loads(report_sarif(LintReport(findings, sources, PROBLEMS)))
    validator = jsonschema.Draft4Validator(schema)
    validator.validate(report)
    report["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator.is_valid(report)


def test_sarif_has_place_message_and_fix(findings: list[Finding], sources: Sources) -> None:
    run = json.loads(report_sarif(LintReport(findings, sources)))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["MG101", "MG104", "MG201"]
    first = run["results"][0]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("MG101", 0, "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20b.go", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 3, "startColumn": 6, "endLine": 3, "endColumn": 11}
    change = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"] == {"text": "// ü\n"}
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_a_fingerprint_is_independent_of_lines_above_and_distinguishes_twins(tmp_path: Path) -> None:
    def marks(text: str) -> list[str]:
        path = tmp_path / "a.go"
        path.write_text(text)
        starts = [at for at in range(len(text)) if text.startswith("x()", at)]
        twins = [
            Finding("MG104", "information", "so", Location(str(path), Span(at, at + 1))) for at in starts
        ]
        report = json.loads(report_gitlab(LintReport(twins, Sources(DiskFiles(), str(tmp_path)))))
        return [issue["fingerprint"] for issue in report]

    before = marks("x()\nx()\ny x()\n")
    assert len(set(before)) == 3
    assert marks("// new\nx()\n  x()\ny x()\n") == before
    # Services store them, so every version of modgo has to compute the same.
    assert " ".join(each[:8] for each in before) == "229b6036 e4d0b5e3 edb7a00e"


def test_github_gets_one_escaped_command_a_finding(findings: list[Finding], sources: Sources) -> None:
    assert report_github(LintReport(findings, sources)).split("\n") == [
        "::warning title=MG101 unregistered-udf,file=a b.go,line=3,endLine=3,col=6,endColumn=11"
        "::50%25: nobody,%0Acan call it",
        "::error title=MG201 unsupported-parameter,file=a b.go,line=3,endLine=4::no value \x00 <here>",
        "::notice title=MG104 dynamic-registration,file=a b.go,line=3,endLine=3,col=6,endColumn=11::so",
    ]


def test_gitlab_has_its_own_severities(findings: list[Finding], sources: Sources) -> None:
    issues = json.loads(report_gitlab(LintReport(findings, sources)))
    assert [issue["severity"] for issue in issues] == ["major", "critical", "minor"]
    assert issues[1]["location"] == {"path": "a b.go", "lines": {"begin": 3, "end": 4}}


# As GitLab documents what a code quality report has to have.
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./|/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def test_gitlab_gets_the_fields_that_it_documents(findings: list[Finding], sources: Sources) -> None:
    issues = json.loads(report_gitlab(LintReport(findings, sources)))
    jsonschema.validate(issues, CODE_QUALITY)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert json.loads(report_gitlab(LintReport([], sources))) == []


def test_junit_has_the_names_and_numbers_of_its_schema(findings: list[Finding], sources: Sources) -> None:
    """Names and numbers as in the schema that Jenkins publishes for it."""
    for some in (findings, []):
        root = ElementTree.fromstring(report_junit(LintReport(some, sources)))
        assert root.tag == "testsuites"
        for suite in root:
            assert suite.tag == "testsuite"
            assert suite.get("name")
            assert (suite.get("tests"), suite.get("failures")) == (
                str(len(suite.findall("testcase"))),
                str(len(suite.findall("testcase/failure"))),
            )
            names = [(case.get("classname"), case.get("name")) for case in suite]
            assert all(all(name) for name in names)
            assert len(set(names)) == len(names)
        assert root.get("tests") == str(len(root.findall("testsuite/testcase")))


def test_junit_is_xml_whatever_a_message_holds(findings: list[Finding], sources: Sources) -> None:
    root = ElementTree.fromstring(report_junit(LintReport(findings, sources)))
    assert root.attrib == {"name": "modgo lint", "tests": "3", "failures": "3"}
    failures = root.findall("testsuite[@name='a b.go']/testcase/failure")
    assert [failure.get("type") for failure in failures] == ["warning", "error", "information"]
    assert failures[1].text == "a b.go:3:1: MG201 no value \ufffd <here>"


def test_junit_without_findings_is_a_case_that_passed(sources: Sources) -> None:
    root = ElementTree.fromstring(report_junit(LintReport([], sources)))
    assert len(root.findall("testsuite/testcase")) == 1
    assert not root.findall(".//failure")


def test_every_format_has_the_problems(sources: Sources) -> None:
    """Invalid paths and settings are in the output, with their place if they have one."""
    github = report_github(LintReport([], sources, PROBLEMS)).split("\n")
    assert github[0] == "::error title=modgo,file=x.toml,line=1::no such key"
    assert github[2] == "::error title=modgo::y"
    gitlab = json.loads(report_gitlab(LintReport([], sources, PROBLEMS)))
    jsonschema.validate(gitlab, CODE_QUALITY)
    assert [(each["location"]["path"], each["description"]) for each in gitlab] == [
        ("x.toml", "no such key"), ("gone", "it is not there"), ("modgo.toml", "y"),
    ]  # fmt: skip
    junit = ElementTree.fromstring(report_junit(LintReport([], sources, PROBLEMS)))
    assert junit.attrib == {"name": "modgo lint", "tests": "3", "failures": "0", "errors": "3"}
    assert next(each.text for each in junit.iter("error")) == "x.toml:1: no such key"
    invocation = json.loads(report_sarif(LintReport([], sources, PROBLEMS)))["runs"][0]["invocations"][0]
    assert not invocation["executionSuccessful"]
    place = invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("x.toml", {"startLine": 1})
