"""The fence's list of system calls has what Go calls: with any release of Go, no example and no test of the
SDK is refused one.

The SDK's tests run in `run-fenced` (libmod_go/test/run_fenced). A refused call ends the program there: with
Go's message, or by SIGSYS (the return code -31) before Go has its handler.
"""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
SDK = ROOT / "udf"
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/go.mod"))
# The last three releases of Go; `make test` has the newest one that is installed.
RELEASES = ("go1.25.5", "go1.26.8", "go1.27.3")
PACKAGES = sorted({path.parent.relative_to(ROOT) for path in SDK.rglob("*_test.go")})
# The SDK's tests that build and start programs, which no worker may.
STARTING_PROGRAMS = (
    "TestABI",
    "TestABIMinorVersions",
    "TestABIPointers",
    "TestABISetupFails",
    "TestABISymbols",
    "TestModulesStaySmall",
)
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


@pytest.fixture(scope="module", params=RELEASES)
def go(request: pytest.FixtureRequest) -> str:
    """The go command of a release, which is downloaded from the Go module proxy once."""
    release: str = request.param
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
    return str(Path(found.stdout.strip(), "bin", "go"))


@pytest.mark.slow
@pytest.mark.parametrize("example", ["sales", "documents"], ids=["with streams", "with many types"])
def test_no_release_of_go_is_refused_a_call(go: str, example: str) -> None:
    _is_refused_nothing(example, "--go", go)


@pytest.fixture(scope="module")
def run_fenced() -> Path:
    target = ROOT / "target" / f"{platform.system()}-{platform.machine()}"
    subprocess.run(
        ["make", "-s", "-C", ROOT / "libmod_go", f"TARGET={target}", "run-fenced"], check=True, timeout=300
    )
    return target / "bin" / "run-fenced"


def _build_tests(go: str, folder: Path, *options: str, cgo: str) -> Path:
    """Builds the SDK's tests, without dynamic libraries. Returns `folder`."""
    command = [go, "test", "-c", *options, "-o", f"{folder}{os.sep}", "./..."]
    done = subprocess.run(
        command, cwd=SDK, env={**os.environ, "CGO_ENABLED": cgo}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def sdk_tests(go: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the system calls that the C library makes for Go's runtime, as in modules."""
    static = "-ldflags=-linkmode external -extldflags -static"
    return _build_tests(go, tmp_path_factory.mktemp("sdk"), static, cgo="1")


@pytest.fixture(scope="module")
def sdk_tests_without_cgo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the system calls that Go's runtime makes by itself, by the Go that is installed."""
    return _build_tests("go", tmp_path_factory.mktemp("sdk"), cgo="0")


def _run_sdk_tests(
    run_fenced: Path, tests: Path, package: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [run_fenced, tests / f"{package.name}.test", *options],
        cwd=ROOT / package,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_no_test_of_the_sdk_is_refused_a_call(run_fenced: Path, sdk_tests: Path, package: Path) -> None:
    done = _run_sdk_tests(run_fenced, sdk_tests, package, f"-test.skip=^({'|'.join(STARTING_PROGRAMS)})$")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_nor_is_one_without_cgo(run_fenced: Path, sdk_tests_without_cgo: Path, package: Path) -> None:
    done = _run_sdk_tests(run_fenced, sdk_tests_without_cgo, package)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("test", STARTING_PROGRAMS)
def test_only_what_is_refused_a_call_is_left_out(run_fenced: Path, sdk_tests: Path, test: str) -> None:
    """Making a folder ends the program; starting one, which the filter expects, is answered with EPERM."""
    done = _run_sdk_tests(run_fenced, sdk_tests, Path("udf"), f"-test.run=^{test}$")
    assert done.returncode != 0
    assert any(
        text in done.stdout + done.stderr for text in ("SIGSYS: bad system call", "operation not permitted")
    )
