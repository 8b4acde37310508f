"""Whole runs of the linter: selection, severities, broken input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint import apply_fixes as fix
from modgo_lsp.lint.apply_fixes import Fixed, fix_paths
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.lint_paths import Outcome, lint_paths
from modgo_lsp.lint.rule_selection import is_selected
from modgo_lsp.lint.run_rules import check_package, run_rules
from modgo_lsp.model.load import Loader

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
UDF = f'package counters\n\n{SDK}\nvar _ = udf.Register("noop", func() {{}})\n\n'
ADD = "func Add(rec *udf.Record) {}\n"
MISNAMED = 'var _ = udf.Register("mis-named", func() {})\n'


def codes(root: Path, overrides: dict[str, Any] | None = None, *paths: str) -> list[str]:
    named = [str(root / path) for path in paths] or [str(root)]
    return [finding.code for finding in lint_paths(named, DiskFiles(), overrides).findings]


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        (["MG"], [], True),
        (["M"], [], True),
        (["MG2"], [], False),
        (["MG"], ["MG101"], False),
        (["MG101"], ["MG1"], True),
        (["MG1"], ["MG1"], False),
        ([], [], False),
    ],
)
def test_the_longer_entry_decides(select: list[str], ignore: list[str], expected: bool) -> None:
    assert is_selected("MG101", Settings(select=tuple(select), ignore=tuple(ignore))) is expected


def test_findings_are_selected_and_graded(module: Any) -> None:
    root = module({"a.go": UDF + ADD + MISNAMED})
    assert codes(root) == ["MG101", "MG105"]
    assert codes(root, {"select": ["MG105"]}) == ["MG105"]
    assert codes(root, {"ignore": ["MG105"]}) == ["MG101"]
    outcome = lint_paths([str(root)], DiskFiles(), {"severity": {"MG1": "hint", "MG105": "information"}})
    assert [finding.severity for finding in outcome.findings] == ["hint", "information"]


def test_rules_are_ignored_in_files_of_a_pattern(module: Any) -> None:
    config = '[per-file-ignores]\n"legacy/" = ["MG1"]\n"*_gen.go" = ["MG105"]\n'
    root = module({"modgo.toml": config, "legacy/a.go": UDF + ADD, "new/b_gen.go": UDF + ADD + MISNAMED})
    outcome = lint_paths([str(root)], DiskFiles())
    assert [(Path(f.location.path).name, f.code) for f in outcome.findings] == [("b_gen.go", "MG101")]


def test_each_package_has_the_nearest_configuration(module: Any) -> None:
    root = module({"a/a.go": UDF + ADD, "b/b.go": UDF + ADD, "b/modgo.toml": 'ignore = ["MG101"]\n'})
    outcome = lint_paths([str(root)], DiskFiles())
    assert [Path(finding.location.path).name for finding in outcome.findings] == ["a.go"]


def test_a_named_file_is_linted_with_its_package_and_reported_alone(module: Any) -> None:
    root = module(
        {"a.go": UDF + "func init() { udf.Register(`b`, B) }\n" + ADD, "b.go": "package counters\n"}
    )
    (root / "b.go").write_text(f"package counters\n\n{SDK}\nfunc B(rec *udf.Record) {{}}\n")
    assert codes(root, None, "b.go") == []
    assert codes(root, None, "a.go") == ["MG101"]


def test_findings_are_ordered_and_counted(module: Any) -> None:
    root = module({"b/b.go": UDF + ADD, "a/z.go": UDF + MISNAMED + ADD, "a/y.go": "package counters\n"})
    outcome = lint_paths([str(root / "b"), str(root / "a")], DiskFiles())
    assert [(Path(f.location.path).name, f.code) for f in outcome.findings] == [
        ("z.go", "MG105"),
        ("z.go", "MG101"),
        ("b.go", "MG101"),
    ]
    assert (outcome.counts.packages, outcome.counts.files) == (2, 3)


def test_one_broken_file_of_three_leaves_the_others_linted(module: Any) -> None:
    root = module(
        {"a.go": UDF, "b.go": "package counters\n\nfunc (\n", "c.go": f"package counters\n{SDK}" + ADD}
    )
    assert codes(root) == ["MG400", "MG101"]


def test_a_file_that_is_not_utf8_is_a_finding(module: Any) -> None:
    root = module({"a.go": UDF + ADD, "b.go": b"package counters\n\n// caf\xe9\nvar x = 1\n"})
    outcome = lint_paths([str(root)], DiskFiles())
    assert [finding.code for finding in outcome.findings] == ["MG101", "MG400"]
    assert "0xe9" in outcome.findings[1].message
    assert outcome.findings[1].location.span.start == 24


@pytest.mark.parametrize(
    "text", [b"", b"\x00\xff", b"package", b"\xef\xbb\xbfpackage counters\n", b"}" * 5000]
)
def test_no_content_stops_the_linter(module: Any, text: bytes) -> None:
    root = module({"a.go": UDF + ADD, "b.go": text})
    assert "MG101" in codes(root)


def test_lint_works_without_go_mod_and_reports_that_it_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text(UDF + ADD)
    outcome = lint_paths([str(tmp_path)], DiskFiles())
    assert [finding.code for finding in outcome.findings] == ["MG101"]
    assert outcome.without_module == (str(tmp_path),)


def test_a_suppression_in_an_imported_package_is_used(module: Any) -> None:
    """Only the importing package finds that both register the name."""
    register = 'var _ = udf.Register("bump", func() {})'
    bins = f"package zbins\n\n{SDK}\n{register} //modgo:ignore MG103 on purpose\n"
    counters = f'package counters\n\nimport _ "example.com/shop/zbins"\n{SDK}\n{register}\n'
    root = module({"zbins/z.go": bins, "counters/c.go": counters})
    assert codes(root) == codes(root, None, "counters") == codes(root, None, "zbins") == []


def test_the_editor_and_the_command_line_find_the_same(module: Any) -> None:
    root = module({"a.go": UDF + ADD + MISNAMED})
    package = Loader(DiskFiles()).package(str(root))
    assert package is not None
    assert check_package(package, Settings()) == list(lint_paths([str(root)], DiskFiles()).findings)


def test_fixing_goes_on_until_nothing_is_left(module: Any) -> None:
    functions = "".join(f"func Add{number}(rec *udf.Record) {{}}\n\n" for number in range(12))
    root = module({"a.go": UDF + functions})
    fixed = fix_paths([str(root)], DiskFiles())
    assert len(fixed.fixed) == 12
    assert fixed.outcome.findings == ()
    after = fixed.changes[str(root / "a.go")][1]
    assert after.count(b"func init()") == 1
    assert root.joinpath("a.go").read_text() == UDF + functions  # only other functions may write to the disk


FIXABLE = """
var _ = udf.Register("http", HTTPGet)

func HTTPGet(rec *udf.Record) error {
	fmt.Println("get") //modgo:ignore MG303
	name := rec.Bin("name").(string)
	size := rec.Bin("size").(int64)
	rec.Set(name, size)
	return nil
}

func HttpGet(rec *udf.Record) int64 {
	rec.Set("a", 1) //modgo:ignore MG303
	rec.Update()
	rec.Update()
	return rec.Bin("n").(int64)
}

func GetLate(n int64, rec *udf.Record) {}

func XMLGet(rec *udf.Record) {}

func XmlGet(rec *udf.Record) {}

var _ = udf.Register("late-one", GetLate)
var _ = udf.Register("late_one", XMLGet)
"""


@pytest.mark.slow
@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("many", [0, 40])
def test_fixes_come_out_as_if_applied_one_by_one(
    module: Any, monkeypatch: pytest.MonkeyPatch, many: int, unsafe: bool
) -> None:
    functions = "".join(f"func Add{number}(rec *udf.Record) {{}}\n\n" for number in range(many))
    root = module({"a.go": UDF.replace("import", 'import "fmt"\nimport', 1) + FIXABLE + functions})
    rounds: list[object] = []

    def counted(*arguments: Any, **named: Any) -> Outcome:
        rounds.append(arguments)
        return lint_paths(*arguments, **named)

    def run() -> Fixed:
        rounds.clear()
        return fix_paths([str(root)], DiskFiles(), unsafe=unsafe)

    monkeypatch.setattr(fix, "lint_paths", counted)
    together, few = run(), len(rounds)

    class OneByOne(fix.FixRounds):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self._careful.add(str(root))

    monkeypatch.setattr(fix, "FixRounds", OneByOne)
    alone = run()
    assert (together.changes, len(together.fixed)) == (alone.changes, len(alone.fixed))
    assert len(alone.fixed) > many
    if many and not unsafe:
        assert few < 8 < many < len(rounds)


def test_two_conflicting_fixes_are_not_applied_together(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alone would register the function as httpGet."""
    init = 'func init() {\n\tudf.Register("a", func() {})\n}\n'
    functions = "".join(f"\nfunc {name}(rec *udf.Record) {{}}\n" for name in ("Add", "HTTPGet", "HttpGet"))
    root = module({"a.go": UDF + init + functions})
    fixed = fix_paths([str(root)], DiskFiles())
    assert fixed.outcome.findings == ()
    assert b'"httpGet"' in fixed.changes[str(root / "a.go")][1]
    monkeypatch.setattr(fix.FixRounds, "is_good", lambda *_: True)
    careless = fix_paths([str(root)], DiskFiles())
    assert [finding.code for finding in careless.outcome.findings] == ["MG103"]


def test_a_fix_keeps_the_line_ends_of_the_file(module: Any) -> None:
    init = 'func init() {\n\tudf.Register("a", func() {})\n}\n\n'
    text = (UDF + init + ADD).replace("\n", "\r\n")
    root = module({"a.go": text})
    after = fix_paths([str(root)], DiskFiles()).changes[str(root / "a.go")][1]
    assert after.count(b"\n") == after.count(b"\r\n") == text.count("\n") + 1


def test_a_fix_into_another_file(module: Any) -> None:
    init = f'package counters\n\n{SDK}\nfunc init() {{\n\tudf.Register("a", a)\n}}\n\nfunc a() {{}}\n'
    root = module({"init.go": init, "add.go": f"package counters\n\n{SDK}\n{ADD}"})
    changes = fix_paths([str(root)], DiskFiles()).changes
    assert list(changes) == [str(root / "init.go")]
    assert b'\tudf.Register("a", a)\n\tudf.Register("add", Add)\n}' in changes[str(root / "init.go")][1]


def test_an_importing_package_finds_the_names_that_both_register(module: Any) -> None:
    inner = f"package inner\n\n{SDK}\n{MISNAMED}"
    counters = f'package counters\n\nimport _ "example.com/shop/inner"\n{SDK}\nvar _ udf.Value\n'
    root = module({"a.go": counters, "inner/i.go": inner})
    package = Loader(DiskFiles()).package(str(root))
    assert package is not None
    (member,) = package.dependencies
    assert [finding.code for finding in run_rules(member)] == ["MG105"]
