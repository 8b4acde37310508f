"""What all tests share: a Go module cache of their own.

It has this checkout's SDK, and the developer's stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOMODCACHE", str(tmp_path_factory.mktemp("modules")))
        patch.setenv("GOFLAGS", "-modcacherw")
        # Go remembers a cached module's files by its path for ever, and pytest's temporary paths come again.
        patch.setenv("GODEBUG", "goindex=0")
        yield
