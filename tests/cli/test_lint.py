"""`modgo lint`: text output, exit codes, baselines, other formats, and --build."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.lint_command import CLEAN, FORGOTTEN, MISNAMED, append, modgo

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


def test_types_of_gos_library_are_checked(module: Path) -> None:
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


def test_the_text_report(module: Path) -> None:
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
    assert done.stdout == (
        "Wrote 2 findings to modgo-baseline.json.\n"
        "Lint with --baseline modgo-baseline.json, or set it as `baseline` in modgo.toml.\n"
    )
    assert modgo(module, "--baseline", "modgo-baseline.json").returncode == 0
    append(module, "\nfunc Third(rec *udf.Record) {}\n")
    news = modgo(module, "--baseline", "modgo-baseline.json", "--output-format", "concise")
    assert (news.returncode, news.stdout.count("MG101")) == (1, 3)


def test_another_file_is_replaced_by_a_baseline_only_by_force(module: Path) -> None:
    (module / "modgo-baseline.json").write_text("other")
    done = modgo(module, "--write-baseline")
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is not a baseline" in done.stderr
    assert "--force" in done.stderr
    done = modgo(module, "--write-baseline", "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((module / "modgo-baseline.json").read_text())["findings"] == {}


def test_a_mistake_in_the_settings_is_an_error_beside_a_baseline(module: Path) -> None:
    append(module, FORGOTTEN)
    (module / "modgo.toml").write_text('selct = ["MG1"]\n')
    done = modgo(module, "--write-baseline")
    assert done.returncode == 2
    assert done.stdout.startswith("Wrote 2 findings to modgo-baseline.json.\n")
    assert done.stderr.startswith(f"Error: {module}/modgo.toml:1: ")


def test_the_configured_baseline_is_rewritten(module: Path) -> None:
    (module / "modgo.toml").write_text('baseline = "known.json"\n')
    append(module, FORGOTTEN)
    done = modgo(module, "--write-baseline")
    assert (done.returncode, done.stdout) == (0, "Wrote 2 findings to known.json.\n")
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
