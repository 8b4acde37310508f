"""`modgo lint` as a process: output, exit codes, fixes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

GO_MOD = "module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
CLEAN = """package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
}

func Add(rec *udf.Record, n int64) int64 { return n }
"""
FORGOTTEN = "\nfunc Größe(rec *udf.Record) {}\n\nfunc Sub(rec *udf.Record) {}\n"
MISNAMED = 'var _ = udf.Register("mul-by", func() {})\n'


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text(GO_MOD)
    folder = tmp_path / "counters"
    folder.mkdir()
    (folder / "counters.go").write_text(CLEAN)
    return tmp_path


def modgo(
    folder: Path, *arguments: str, stdin: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", "lint", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def append(folder: Path, text: str) -> Path:
    path = folder / "counters" / "counters.go"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


# --- output


def test_nothing_wrong(module: Path) -> None:
    ran = modgo(module)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "No problems in 1 package.\n", "")


TIMED = """package counters

import (
	"time"

	"example.org/lib"
	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() { udf.Register("at", At) }

func At(rec *udf.Record, t time.Time, l lib.T) {}
"""


def test_types_of_go_s_library_are_checked(module: Path) -> None:
    append(module, "").write_text(TIMED.replace('\t"example.org/lib"\n', "").replace(", l lib.T", ""))
    ran = modgo(module)
    assert "MG201" in ran.stdout
    assert "it has no exported fields" in ran.stdout
    assert ran.stderr == ""


def test_missing_source_is_reported_once(module: Path) -> None:
    append(module, "").write_text(TIMED)
    (module / "modgo.toml").write_text('go = "/nowhere/go"\n')
    ran = modgo(module)
    assert (ran.returncode, ran.stdout) == (0, "No problems in 1 package.\n")
    library, others = ran.stderr.splitlines()
    assert library.startswith("Note: Go was not found, so types of its library (time) are not checked")
    assert others.startswith("Note: the source of example.org/lib was not found")


def test_text_is_for_people(module: Path) -> None:
    append(module, FORGOTTEN)
    ran = modgo(module, "counters")
    assert ran.returncode == 1
    assert "MG101 warning: Sub takes a record but is not registered" in ran.stdout
    assert " --> counters/counters.go:13:6\n" in ran.stdout
    assert "Found 2 problems (2 warnings) in 1 package.\n1 can be fixed with --fix.\n" in ran.stdout
    assert "\x1b[" not in ran.stdout


def test_colours_follow_the_environment(module: Path) -> None:
    append(module, FORGOTTEN)
    assert "\x1b[" in modgo(module, FORCE_COLOR="1", NO_COLOR="").stdout
    assert "\x1b[" not in modgo(module, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_concise_is_a_line_each(module: Path) -> None:
    append(module, FORGOTTEN)
    lines = modgo(module, "--output-format", "concise").stdout.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "counters/counters.go:11:6:",
        "counters/counters.go:13:6:",
    ]


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
    assert places == [("gone", None), ("modgo.toml", 1), (None, None)]
    assert "MG999" in report["errors"][2]["message"]
    for form, said in (
        ("github", "::error "),
        ("gitlab", "blocker"),
        ("junit", "<error "),
        ("sarif", "ignor"),
    ):
        ran = modgo(module, ".", "gone", "--output-format", form)
        assert (ran.returncode, said in ran.stdout) == (2, True), form


def test_paths_are_relative_to_the_current_folder(module: Path) -> None:
    append(module, FORGOTTEN)
    elsewhere = module / "elsewhere"
    elsewhere.mkdir()
    assert modgo(elsewhere, "..", "--output-format", "concise").stdout.startswith("../counters/counters.go:")


def test_findings_are_ordered_by_the_path_that_is_shown(module: Path) -> None:
    text = CLEAN + "func Sub(rec *udf.Record) {}\n"
    for name in ("z/z.go", "here/b.go"):
        (module / name).parent.mkdir()
        (module / name).write_text(text)
    ran = modgo(module / "here", "..", "--output-format", "json")
    paths = [found["path"] for found in json.loads(ran.stdout)["findings"]]
    assert paths == sorted(paths) == ["../z/z.go", "b.go"]


def test_statistics(module: Path) -> None:
    append(module, FORGOTTEN + MISNAMED)
    assert modgo(module, "--statistics").stdout == (
        "2  MG101  unregistered-udf (1 with --fix)\n1  MG105  invalid-name\n"
    )
    rows = json.loads(modgo(module, "--statistics", "--output-format", "json").stdout)
    assert rows[0] == {"code": "MG101", "name": "unregistered-udf", "count": 2, "fixable": 1}


# --- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--fail-on", "error"), 0),
        (("--fail-on", "never"), 0),
        (("--fail-on", "hint"), 1),
        (("--ignore", "MG101"), 0),
        (("--select", "MG2,MG105"), 0),
        (("--select", "MG1", "--ignore", "MG101"), 0),
        (("--select", "MG999"), 2),
        (("--output-format", "yaml"), 2),
        (("--no-such-option",), 2),
        (("nowhere",), 2),
        (("nowhere", "--exit-zero"), 2),
    ],
)
def test_exit_codes(module: Path, arguments: tuple[str, ...], code: int) -> None:
    append(module, FORGOTTEN)
    ran = modgo(module, *arguments)
    assert ran.returncode == code
    assert (ran.stderr != "") == (code == 2)
    assert "Traceback" not in ran.stderr


def test_paths_that_cannot_be_linted_are_reported_and_the_others_linted(module: Path) -> None:
    append(module, FORGOTTEN)
    ran = modgo(module, "nowhere", "counters", "go.mod")
    assert "Found 2 problems" in ran.stdout
    assert "nowhere: there is no such file or folder; check the spelling" in ran.stderr
    assert "go.mod: this is neither a Go file nor a folder" in ran.stderr


def test_a_mistake_in_the_configuration_is_reported_with_its_line(module: Path) -> None:
    (module / "modgo.toml").write_text('fail-on = "error"\nselct = ["MG1"]\n')
    ran = modgo(module)
    assert ran.returncode == 2
    assert f"{module / 'modgo.toml'}:2: unknown key selct; did you mean select?" in ran.stderr


def test_without_go_mod_there_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text(CLEAN)
    ran = modgo(tmp_path)
    assert ran.returncode == 0
    assert "belongs to no Go module" in ran.stderr
    assert "go mod init" in ran.stderr


def test_a_file_name_that_is_not_unicode(module: Path) -> None:
    (module / "counters" / os.fsdecode(b"caf\xe9.go")).write_text("package counters\n\nfunc (\n")
    for form in ("text", "concise", "json"):
        ran = modgo(module, "--output-format", form)
        assert (ran.returncode, "caf\ufffd.go" in ran.stdout) == (1, True)


# --- fixes


def test_fix_applies_safe_fixes_and_reports_the_other_findings(module: Path) -> None:
    path = append(module, "\nfunc Sub(rec *udf.Record) {}\n" + MISNAMED)
    path.chmod(0o640)
    ran = modgo(module, "--fix")
    assert ran.returncode == 1
    assert "MG105" in ran.stdout
    assert "MG101" not in ran.stdout
    assert ran.stdout.endswith("Fixed 1 in 1 file.\n")
    assert '\tudf.Register("add", Add)\n\tudf.Register("sub", Sub)\n}' in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_unsafe_fixes_need_their_option(module: Path) -> None:
    path = append(module, MISNAMED)
    assert modgo(module, "--fix").returncode == 1
    assert "mul-by" in path.read_text(encoding="utf-8")
    assert modgo(module, "--fix", "--unsafe-fixes").returncode == 0
    assert "mul_by" in path.read_text(encoding="utf-8")


def test_diff_changes_nothing_and_can_be_applied(module: Path) -> None:
    path = append(module, "\n// form\x0cfeed\u2028\nfunc Sub(rec *udf.Record) {}")
    before = path.read_text(encoding="utf-8")
    ran = modgo(module, "--diff")
    assert ran.returncode == 1
    assert path.read_text(encoding="utf-8") == before
    subprocess.run(["git", "apply", "-p0"], input=ran.stdout, text=True, cwd=module, check=True)
    assert modgo(module, "--diff").returncode == 0
    assert 'udf.Register("sub", Sub)' in path.read_text(encoding="utf-8")


def test_a_link_stays_a_link(module: Path) -> None:
    path = append(module, "\nfunc Sub(rec *udf.Record) {}\n")
    real = module / "real.go.txt"
    path.rename(real)
    path.symlink_to(real)
    assert modgo(module, "--fix").returncode == 0
    assert path.is_symlink()
    assert '"sub"' in real.read_text(encoding="utf-8")


# --- standard input


def test_standard_input_is_a_file_that_need_not_exist(module: Path) -> None:
    text = "package counters\n\n" + CLEAN.splitlines()[2] + "\n\nfunc Sub(rec *udf.Record) {}\n"
    for arguments in (("-",), ()):
        ran = modgo(
            module,
            *arguments,
            "--stdin-filename",
            "counters/new.go",
            "--output-format",
            "concise",
            stdin=text,
        )
        assert ran.stdout.startswith("counters/new.go:5:6: MG101")
        assert ran.returncode == 1


def test_standard_input_is_fixed_to_standard_output(module: Path) -> None:
    text = CLEAN + "\nfunc Sub(rec *udf.Record) {}\n"
    ran = modgo(module, "--fix", "--stdin-filename", "counters/counters.go", stdin=text)
    assert '\tudf.Register("sub", Sub)\n' in ran.stdout
    assert ran.stdout.startswith("package counters\n")
    assert (module / "counters" / "counters.go").read_text() == CLEAN
    for nothing_to_do in (CLEAN, "package counters\n", ""):
        ran = modgo(module, "--fix", "--stdin-filename", "counters/counters.go", stdin=nothing_to_do)
        assert ran.stdout == nothing_to_do


@pytest.mark.parametrize(
    "arguments", [("-",), ("--stdin-filename", "a.txt"), ("--stdin-filename", "a.go", "b.go")]
)
def test_standard_input_needs_a_file_name_and_no_other_paths(
    module: Path, arguments: tuple[str, ...]
) -> None:
    ran = modgo(module, *arguments, stdin=CLEAN)
    assert ran.returncode == 2
    assert "Error: " in ran.stderr
    assert "Help: " in ran.stderr


@pytest.mark.parametrize(
    ("output_format", "beginning"),
    [("sarif", "{"), ("github", "::warning "), ("gitlab", "["), ("junit", "<?xml ")],
)
def test_services_get_their_own_format(module: Path, output_format: str, beginning: str) -> None:
    append(module, FORGOTTEN)
    done = modgo(module, "--output-format", output_format)
    assert done.returncode == 1
    assert done.stdout.startswith(beginning)
    assert done.stdout.count("MG101") >= 2


def test_a_baseline_hides_its_findings_only(module: Path) -> None:
    append(module, FORGOTTEN)
    done = modgo(module, "--write-baseline")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Wrote 2 findings to modgo-baseline.json.\n")
    assert modgo(module, "--baseline", "modgo-baseline.json").returncode == 0
    append(module, "\nfunc Third(rec *udf.Record) {}\n")
    news = modgo(module, "--baseline", "modgo-baseline.json", "--output-format", "concise")
    assert (news.returncode, news.stdout.count("MG101")) == (1, 3)


def test_the_configured_baseline_is_rewritten(module: Path) -> None:
    (module / "modgo.toml").write_text('baseline = "known.json"\n')
    append(module, FORGOTTEN)
    assert modgo(module, "--write-baseline").returncode == 0
    assert json.loads((module / "known.json").read_text())["findings"] == {
        "counters/counters.go": {"MG101": 2}
    }
    assert modgo(module).returncode == 0


@pytest.mark.parametrize("both", [("--watch", "--fix"), ("--watch", "--stdin-filename", "a.go")])
def test_options_that_cannot_be_combined(module: Path, both: tuple[str, ...]) -> None:
    done = modgo(module, *both)
    assert done.returncode == 2
    assert "cannot be combined" in done.stderr


def test_build_adds_compiler_errors(module: Path) -> None:
    append(module, "\nfunc wrong() int { return text }\n")
    assert modgo(module).returncode == 0
    done = modgo(module, "--build", "--output-format", "concise")
    assert done.returncode == 1
    assert "counters/counters.go:11:27: MG401" in done.stdout
    assert modgo(module, "--build", "--ignore", "MG401").returncode == 0


def test_build_adds_errors_of_loading(module: Path) -> None:
    append(module, '\nvar name = "add"\n\nfunc init() { udf.Register(name, Add) }\n')
    done = modgo(module, "--build", "--output-format", "json")
    codes = [finding["code"] for finding in json.loads(done.stdout)["findings"]]
    assert "MG404" in codes
    assert codes.count("MG104") == 1


def test_build_reports_each_finding_once(module: Path) -> None:
    append(module, MISNAMED)
    done = modgo(module, "--build", "--output-format", "concise")
    assert done.stdout.count("MG105") == 1


def test_skipped_files_are_listed(module: Path) -> None:
    (module / "large").mkdir()
    (module / "large" / "large.go").write_text(CLEAN + "// x\n" * 10)
    (module / "modgo.toml").write_text("max-file-size = 200\n")
    (module / "counters" / "counters.go").write_text("package counters\n")
    for _ in range(2):  # the second run reads the cache
        done = modgo(module)
        assert (done.returncode, done.stdout) == (0, "No problems in 1 package.\n")
        assert done.stderr == ("Note: skipped, unreadable or larger than max-file-size: large/large.go\n")
