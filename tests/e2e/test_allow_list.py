"""The fence's list of system calls has what Go calls: no example is refused one, with any release of Go."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/go.mod"))
# The last three releases of Go; `make test` has the newest one that is installed.
RELEASES = ("go1.25.5", "go1.26.8", "go1.27.3")
REFUSED = "the fence refuses the system call"

REFUSED_CALL = """package maker

import (
	"os"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() { udf.Register("make", Make) }

func Make(path string) string {
	for range 3 {
		if err := os.Mkdir(path, 0o700); err == nil {
			return "made"
		}
	}
	return "refused"
}
"""


def test_a_call_that_is_not_on_the_list_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text((UDFS / "go.mod").read_text())
    (tmp_path / "maker.go").write_text(REFUSED_CALL)
    done = modgo("call", ".", "make", str(tmp_path / "new"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"refused"' in done.stdout
    assert (done.stdout + done.stderr).count(f"{REFUSED} mkdirat, ") == 1
    assert not (tmp_path / "new").exists()


def _is_refused_nothing(example: str, *options: str) -> None:
    done = modgo("test", str(ROOT / "examples" / example), "--output-format", "json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert REFUSED not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_example_is_refused_a_call(example: str) -> None:
    _is_refused_nothing(example)


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES)
def test_no_release_of_go_is_refused_a_call(release: str) -> None:
    """Downloads the release from the Go module proxy once. An example with a stream, one with many types."""
    found = subprocess.run(
        ["go", "env", "GOROOT"],
        env={**os.environ, "GOTOOLCHAIN": release},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if found.returncode != 0:
        pytest.skip(f"{release} cannot be downloaded here: {found.stderr.strip()}")
    go = str(Path(found.stdout.strip(), "bin", "go"))
    for example in ("sales", "documents"):
        _is_refused_nothing(example, "--go", go)
