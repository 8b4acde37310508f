"""`modgo lint --watch` and `modgo test --watch`: wait for changes of the files that they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.golang.modules.go_mod_folder import go_mod_folder
from modgo_lsp.lint.baseline import DEFAULT_NAME
from modgo_lsp.lint.config import FILES
from modgo_lsp.lint.lint_paths import absolute

_WAKE_MS = 200

_READ = {*FILES, DEFAULT_NAME, "go.mod", "go.work", "modules.txt", ".gitignore"}


class _Sources(DefaultFilter):
    """Go files, configuration files, `baselines` and what `also` says."""

    def __init__(self, baselines: Set[str], also: Callable[[str], bool]) -> None:
        super().__init__()
        self._baselines = baselines
        self._also = also

    def __call__(self, change: Change, path: str) -> bool:
        name = Path(path).name
        is_read = name.endswith(".go") or name in _READ or path in self._baselines or self._also(path)
        return is_read and super().__call__(change, path)


def _watched(path: Path) -> Path:
    """The folder to watch for a path: that of its Go module, because findings depend on other packages and on
    the configuration there; else its own folder, because editors replace files instead of writing to them."""
    folder = path if path.is_dir() else path.parent
    return go_mod_folder(folder) or folder


def changes(
    paths: Sequence[str], baselines: Set[str], also: Callable[[str], bool] = lambda _: False
) -> Iterator[None]:
    """Yields at once, then after every change below `paths`, once for changes that come together. `baselines`
    are further files to watch; the caller may add to them. `also` says of a path whether it is watched, too.
    Raises KeyboardInterrupt at Ctrl-C, and CliError
    if a path does not exist or cannot be watched."""
    found = [absolute(path) for path in paths]
    for path in found:
        if not Path(path).exists():
            raise CliError(f"{path} does not exist", "name an existing file or folder")
    folders = {_watched(Path(path)) for path in found}
    try:
        first = True
        # After the first time-out the watch is active, so no later change is missed.
        for changed in watch(
            *sorted(folders),
            watch_filter=_Sources(baselines, also),
            yield_on_timeout=True,
            rust_timeout=_WAKE_MS,
        ):
            if changed or first:
                yield
            first = False
    except OSError as error:
        raise CliError(
            f"the files cannot be watched ({error.strerror or error})",
            "raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1",
        ) from error
