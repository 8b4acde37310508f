"""Builds and runs the oracle, a program in Go on go/types that shares no code with modgo."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from modgo_lsp.build.go_environment import find_go_environment

SOURCE = Path(__file__).parent / "oracle"

Question = Literal["judge", "exports", "members", "expressions"]


class Oracle(NamedTuple):
    """The program, and the environment in which it and go run."""

    program: Path
    environment: Mapping[str, str]

    def asks(self, question: Question, pattern: str, module: Path) -> Iterator[dict[str, Any]]:
        """Its answer for each package that matches `pattern`, in the Go module in `module`."""
        command = [str(self.program), question, pattern]
        with subprocess.Popen(
            command, cwd=module, env=self.environment, stdout=subprocess.PIPE, encoding="utf-8"
        ) as running:
            assert running.stdout is not None
            for line in running.stdout:
                yield json.loads(line)
        if running.returncode != 0:
            raise RuntimeError(f"the oracle failed on {pattern} in {module}")

    def with_cache(self, folder: Path) -> Oracle:
        """The oracle with its own module cache and a file-system module proxy."""
        return self._replace(
            environment={
                **self.environment,
                "GOMODCACHE": str(folder / "cache"),
                "GOPROXY": (folder / "proxy").as_uri(),
            }
        )


def build_oracle(folder: Path) -> Oracle:
    """Builds the oracle with the Go that lint finds, and puts that first in PATH. In a virtual environment
    the first one is the wheel's, whose library may be another."""
    goroot = find_go_environment().goroot
    assert goroot is not None
    os.environ["PATH"] = os.pathsep.join((str(Path(goroot, "bin")), os.environ["PATH"]))
    program = folder / "oracle"
    subprocess.run(["go", "build", "-buildvcs=false", "-o", str(program), "."], cwd=SOURCE, check=True)
    return Oracle(
        program,
        {
            **os.environ,
            "GOFLAGS": "-modcacherw",
            "GONOSUMDB": "*",
            "GONOSUMCHECK": "1",
            "GOTOOLCHAIN": "local",
            "GODEBUG": "goindex=0",
        },
    )
