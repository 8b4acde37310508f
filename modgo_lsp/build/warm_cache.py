"""Fills Go's build cache, so that the first build, vet and test of a module are as fast as later ones."""

from __future__ import annotations

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.cache import scratch_directory
from modgo_lsp.build.go_build import Progress
from modgo_lsp.build.new_module import NewModuleError, NewModuleRequest, make_module
from modgo_lsp.build.process import run
from modgo_lsp.build.toolchain import ToolchainError, discover_go


async def warm_cache(go: str | None, cc: str | None, target: str | None, progress: Progress) -> None:
    """Makes a module in modgo's cache, builds it for this machine or for `target`, runs `go vet` and
    `go test`, and removes it. Raises RequestError for a target that does not exist, and ToolchainError."""
    with scratch_directory() as scratch:
        try:
            made = await make_module(NewModuleRequest(scratch / "warm", go=go))
        except NewModuleError as error:
            raise ToolchainError(error.message, error.remedy) from error
        output = scratch / "warm.so"
        request = BuildRequest((made.folder,), output=output, target=target, go=go, cc=cc)
        result = await build_module(request, progress)
        if not result.ok:
            raise ToolchainError("\n".join(finding.message for finding in result.findings))
        if target is not None:
            return
        found = await discover_go(go)
        progress("running go vet and go test, which compile Go's library in another form")
        for command in ("vet", "test"):
            done = await run(
                [found.path, command, "./..."],
                cwd=made.folder,
                env={**found.environment(), "GOWORK": "off"},
            )
            if done.code != 0:
                raise ToolchainError(f"go {command} failed: {done.stderr.strip() or done.stdout.strip()}")
