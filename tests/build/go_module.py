"""The source of a Go module without errors, and a build and its findings in short form."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
from modgo_lsp.model.sdk import SDK_PATH

SDK = f'import "{SDK_PATH}"\n'
GOOD = (
    f"package m\n\n{SDK}\nfunc Add(r *udf.Record, n int64) int64 {{ return n }}\n\n"
    'func init() { udf.Register("add", Add) }\n'
)
GO_MOD = f"module example.com/m\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n"


async def build(folder: Path, output: Path, **more: object) -> BuildResult:
    return await build_module(BuildRequest((folder,), output=output, **more))  # type: ignore[arg-type]


def shown(result: BuildResult) -> list[tuple[str, str, str]]:
    """The code, file name and source text of each finding."""
    found = []
    for finding in result.findings:
        path, span = Path(finding.location.path), finding.location.span
        found.append(
            (finding.code, path.name, path.read_bytes()[span.start : span.end].decode("utf-8", "replace"))
        )
    return found
