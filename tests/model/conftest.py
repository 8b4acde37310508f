"""Go packages written in the tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.model.load import BuildContext, Loader
from modgo_lsp.model.package import Package, Registration

GO_MOD = "module example.com/m\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"


class MemoryFiles:
    """Files by path below /m. A file with None as text cannot be read."""

    largest = 5_000_000

    def __init__(self, files: dict[str, str | bytes | None]) -> None:
        self.reads: list[str] = []
        self._texts = {f"/m/{path}": _bytes(text) for path, text in files.items()}

    def read(self, path: str, most: int | None = None) -> bytes:
        self.reads.append(path)
        text = self._texts.get(path)
        if text is None:
            raise FileNotFoundError(path)
        return text

    def document(self, path: str) -> None:
        return None

    def stamp(self, path: str) -> None:
        return None

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        found = {}
        for path in self._texts:
            if path.startswith(directory + "/"):
                name, inside, _ = path[len(directory) + 1 :].partition("/")
                found[name] = bool(inside)
        if not found:
            raise FileNotFoundError(directory)
        return sorted(found.items())


def _bytes(text: str | bytes | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text


@pytest.fixture
def loader() -> Callable[..., Loader]:
    """A loader over files, by path below /m, with a default go.mod."""

    def make(files: dict[str, str | bytes | None], **context: object) -> Loader:
        linux = {"goos": "linux", "goarch": "amd64", **context}
        return Loader(MemoryFiles({"go.mod": GO_MOD, **files}), BuildContext(**linux))

    return make


@pytest.fixture
def package(loader: Callable[..., Loader]) -> Callable[..., Package]:
    """The package at the root of the module, or in the folder `at`."""

    def make(files: dict[str, str | bytes | None], at: str = "", **context: object) -> Package:
        found = loader(files, **context).package(f"/m/{at}".rstrip("/"))
        assert found is not None
        return found

    return make


@pytest.fixture
def udfs(package: Callable[..., Package]) -> Callable[..., Package]:
    """The package of one file that imports the SDK. `source` follows the imports."""

    def make(source: str, imports: str = "", **others: str) -> Package:
        sdk = '"github.com/GeertJohan/aerospike-mod-go/udf"'
        head = f"package m\nimport (\n{sdk}\n{imports}\n)\n"
        files = {name.replace("__", "/") + ".go": text for name, text in others.items()}
        return package({"m.go": head + source, **files})

    return make


@pytest.fixture
def register(udfs: Callable[..., Package]) -> Callable[..., Registration]:
    """The single registration of the expression, with the declarations of `source`."""

    def make(expression: str, source: str = "", imports: str = "", **others: str) -> Registration:
        found = udfs(f'{source}\nfunc init() {{ udf.Register("f", {expression}) }}\n', imports, **others)
        assert len(found.registrations) == 1
        return found.registrations[0]

    return make
