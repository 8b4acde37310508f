"""The related places of a finding in code that a UDF reaches: the calls on the path from the UDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import lint_paths

SOURCES = {
    "go.mod": "module example.com/shop\n\ngo 1.24\n",
    "counters.go": """package counters

import (
	"example.com/shop/deep"
	"github.com/GeertJohan/aerospike-mod-go/udf"
)

type box struct{}

func init() {
	udf.Register("a", A)
	udf.Register("direct", func() { CALL })
}

func A() { box{}.open() }

func (box) open() {
	for range 3 {
		run := helper[int]
		run(1)
	}
}

func helper[T any](value T) { defer deep.Down() }
""",
    "deep/deep.go": """package deep

var count int

func Down() {
	func() { further() }()
}

func further() { CALL }
""",
}

# For each rule, a statement that it reports, which replaces CALL.
CALLS = {
    "MG301": "os.Exit(1)",
    "MG302": "go func() {}()",
    "MG303": "time.Sleep(1)",
    "MG304": "for {}",
    "MG305": "count++",
    "MG306": "var r *udf.Record; last = r",
    "MG307": "println(1)",
    "MG308": "os.Chdir(``)",
    "MG310": "var r *udf.Record; r.Update()",
    "MG312": "var r *udf.Record; r.Bin(`sixteen_bytes_16`)",
    "MG313": "var r *udf.Record; _ = r.Bin(`a`).(int)",
}
HEADS = {
    "MG305": "var count int\n",
    "MG306": "var last *udf.Record\n",
}


@pytest.fixture
def module(tmp_path: Path) -> Callable[[str], Path]:
    def write(code: str) -> Path:
        for name, text in SOURCES.items():
            text = text.replace("CALL", CALLS[code]).replace("var count int\n", "")
            for path in ("os", "time", "github.com/GeertJohan/aerospike-mod-go/udf"):
                used = f"{path.rpartition('/')[2]}." in text
                if name.endswith(".go") and used and f'"{path}"' not in text:
                    text = text.replace("\n", f'\n\nimport "{path}"\n', 1)
            if name.endswith(".go"):
                text += HEADS.get(code, "")
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize("code", CALLS)
def test_the_call_path_from_the_udf_is_related(module: Callable[[str], Path], code: str) -> None:
    folder = module(code)
    outcome = lint_paths([str(folder)], DiskFiles(), {"select": [code]})
    direct, reached = outcome.findings
    assert Path(direct.location.path).name == "counters.go"
    assert Path(reached.location.path).name == "deep.go"

    def related_places(finding: object) -> list[tuple[str, str, str]]:
        return [
            (
                Path(each.location.path).name,
                outcome.documents[each.location.path].slice(each.location.span),
                each.message,
            )
            for each in finding.related  # type: ignore[attr-defined]
        ]

    call_path = [
        ("counters.go", "box{}.open()", "A calls box.open"),
        ("counters.go", "run(1)", "box.open calls helper"),
        ("counters.go", "deep.Down()", "helper calls Down"),
        ("deep.go", "further()", "Down calls further"),
    ]
    declared = [("deep.go", "count", "count is declared here")] if code == "MG305" else []
    assert related_places(reached) == declared + call_path
    assert related_places(direct) == (
        [("counters.go", "count", "count is declared here")] if declared else []
    )
