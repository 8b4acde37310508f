"""The SDK in Go's module cache: a file-system module proxy with the shipped sources, their checksums, and the
entries of go.mod and go.sum.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
from pathlib import Path

import msgspec

from modgo_lsp.build.cache import cache_directory, once, scratch_directory
from modgo_lsp.build.isolation import NEUTRAL_FOLDER
from modgo_lsp.build.process import TooSlowError, run
from modgo_lsp.build.toolchain import Go, ToolchainError
from modgo_lsp.file_writer import ANYTHING, NOTHING, check_place, content_is, workspace_of, write_file
from modgo_lsp.golang.modules.go_mod import DEFAULT_GO, parse_go_mod
from modgo_lsp.golang.modules.versions import escaped, go_version
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.resources import resource

_VERSION = re.compile(rb'^const Version = "(v\d+\.\d+\.\d+)"', re.MULTILINE)
_TIME = "2026-11-23T00:00:00Z"  # a proxy must name one; Go only shows it
_DOWNLOAD_SECONDS = 120.0
_MODULE_FILES = ("go.mod", "go.sum")


class Sdk(msgspec.Struct, frozen=True):
    """The shipped SDK. `files` are its contents by path, `sum` and `mod_sum` its checksums as in go.sum."""

    version: str
    files: dict[str, bytes]
    sum: str
    mod_sum: str

    @property
    def go(self) -> str:
        """The oldest Go that it needs, as in its go.mod."""
        return parse_go_mod(self.files["go.mod"]).go or DEFAULT_GO

    @property
    def sum_lines(self) -> tuple[str, str]:
        """Its lines for go.sum, without line ends."""
        return (
            f"{SDK_PATH} {self.version} {self.sum}",
            f"{SDK_PATH} {self.version}/go.mod {self.mod_sum}",
        )


class SumMismatchError(Exception):
    """A go.sum names other contents of the SDK's version than modgo ships."""


def shipped_sdk() -> Sdk:
    """Reads the SDK's sources. Raises ToolchainError where the installation is damaged."""
    try:
        folder = resource("udf")
        files = dict(_module_files(folder))
        version = next(match[1] for data in files.values() if (match := _VERSION.search(data))).decode()
        go_mod = files["go.mod"]
    except (OSError, StopIteration, KeyError) as error:
        raise ToolchainError(f"modgo's Go SDK is damaged ({error!r})", "install modgo-lsp again") from error
    prefix = f"{SDK_PATH}@{version}/"
    return Sdk(
        version=version,
        files=files,
        sum=_hash1({prefix + path: data for path, data in files.items()}),
        mod_sum=_hash1({"go.mod": go_mod}),
    )


def module_proxy(sdk: Sdk) -> Path:
    """The root of a file-system module proxy that serves the SDK, in the cache. Raises OSError."""
    digest = hashlib.sha256("\n".join(sdk.sum_lines).encode()).hexdigest()[:24]
    return once(cache_directory() / "sdk" / digest, lambda root: _write_proxy(sdk, root))


def sdk_directory(go: Go, sdk: Sdk) -> Path:
    """Where the module cache has the SDK's sources, once installed."""
    return go.module_cache / f"{escaped(SDK_PATH)}@{sdk.version}"


def is_installed(go: Go, sdk: Sdk) -> bool:
    """Whether the module cache has exactly this SDK: Go compiles its files without checking their
    checksum."""
    folder = sdk_directory(go, sdk)
    try:
        return _cached_sum(go, sdk) == sdk.sum and all(
            (folder / name).read_bytes() == data for name, data in sdk.files.items()
        )
    except OSError:
        return False


async def install(go: Go, sdk: Sdk) -> None:
    """Puts the SDK into the module cache, by Go itself and without the network; then plain `go build`,
    `go vet` and gopls find it. Does nothing where it is there. Raises ToolchainError."""
    if await asyncio.to_thread(is_installed, go, sdk):
        return
    try:
        proxy = await asyncio.to_thread(_make_ready, go, sdk)
        with scratch_directory() as scratch:
            done = await run(
                [go.path, "mod", "download", "-json", f"{SDK_PATH}@{sdk.version}"],
                cwd=scratch,
                env=_download_environment(go, proxy),
                timeout=_DOWNLOAD_SECONDS,
            )
    except (OSError, TooSlowError) as error:
        raise ToolchainError(
            f"the SDK could not be put into Go's module cache ({error})", _cache_remedy(go)
        ) from error
    if done.code != 0:
        raise ToolchainError(
            f"the SDK could not be put into Go's module cache ({_download_error(done.stdout, done.stderr)})",
            _cache_remedy(go),
        )


def index_environment(go: Go) -> dict[str, str]:
    """What a build needs in its environment where the module cache held other contents of this version:
    Go never updates its index of a cached module, which would list the old files."""
    if not _replaced_mark(go).exists():
        return {}
    debug = [setting for setting in os.environ.get("GODEBUG", "").split(",") if setting]
    return {"GODEBUG": ",".join([*debug, "goindex=0"])}


def complete_sum(go_sum: bytes, sdk: Sdk) -> bytes | None:
    """go.sum with the SDK's lines, None where it has them. Raises SumMismatchError where it has others."""
    missing = {line.rsplit(" ", 1)[0]: line for line in sdk.sum_lines}
    for line in go_sum.decode("utf-8", "replace").splitlines():
        name = line.rpartition(" ")[0]
        if name in missing:
            if missing[name] != line.strip():
                raise SumMismatchError(
                    f"go.sum names another content of {SDK_PATH} {sdk.version} than this modgo ships"
                )
            del missing[name]
    if not missing:
        return None
    return _with_lines(go_sum, list(missing.values()))


def updated_sum(go_sum: bytes, sdk: Sdk) -> bytes:
    """go.sum with this SDK's lines in place of any others of its version."""
    names = tuple(f"{line.rsplit(' ', 1)[0]} ".encode() for line in sdk.sum_lines)
    others = b"".join(line for line in go_sum.splitlines(keepends=True) if not line.startswith(names))
    return _with_lines(others, list(sdk.sum_lines))


def proxy_list(go: Go, sdk: Sdk) -> str:
    """A value of GOPROXY: modgo's proxy, and after it what this Go uses. Raises OSError."""
    ours = _proxy_url(module_proxy(sdk))
    others = [each for each in go.variables["GOPROXY"].split(",") if each and each != ours]
    return ",".join([ours, *others])


async def require(go: Go, sdk: Sdk, directory: Path) -> str | None:
    """Writes the SDK into the go.mod and go.sum of `directory`, both or neither where one may not be written.
    A go line that is too old for the SDK is raised, as `go get` does; returns the version that it had, "" if
    there was no line, and None if it stays. Raises ToolchainError and OSError."""
    before = await asyncio.to_thread(_read_both, directory)
    mod = parse_go_mod(before[0])
    raised = (mod.go or "") if mod.language < go_version(sdk.go) else None
    with scratch_directory() as scratch:
        # The go command follows symbolic links wherever they lead: it edits a copy.
        copy = scratch / "go.mod"
        copy.write_bytes(before[0])
        done = await run(
            [
                *(go.path, "mod", "edit", f"-require={SDK_PATH}@{sdk.version}"),
                *([f"-go={sdk.go}"] if raised is not None else []),
                str(copy),
            ],
            cwd=Path(NEUTRAL_FOLDER),
            env=go.environment(),
            timeout=_DOWNLOAD_SECONDS,
        )
        if done.code != 0:
            said = done.stderr.strip()
            for path in (str(copy), str(copy).removeprefix(NEUTRAL_FOLDER)):  # Go writes both
                said = said.replace(path, "go.mod")
            raise ToolchainError(f"go.mod could not be changed ({said})", "correct go.mod by hand")
        after = (copy.read_bytes(), updated_sum(before[1] or b"", sdk))
    await asyncio.to_thread(_write_both, directory, before, after)
    return raised


def _read_both(directory: Path) -> tuple[bytes, bytes | None]:
    """go.mod and go.sum, which may not be there; pipes and what links lead out to is not read."""
    for name in _MODULE_FILES:
        path = directory / name
        if os.path.lexists(path):
            check_place(path, replaces=ANYTHING, within=workspace_of(path))
    go_sum = directory / "go.sum"
    return (directory / "go.mod").read_bytes(), go_sum.read_bytes() if go_sum.exists() else None


def _write_both(directory: Path, before: tuple[bytes, bytes | None], after: tuple[bytes, bytes]) -> None:
    for name, old, new in zip(_MODULE_FILES, before, after, strict=True):
        if old != new:
            kind = NOTHING if old is None else content_is(old)
            write_file(directory / name, new, replaces=kind, within=workspace_of(directory / name))


def _with_lines(go_sum: bytes, lines: list[str]) -> bytes:
    """Go keeps the lines of go.sum sorted; so do we where they were."""
    old = go_sum.decode("utf-8", "surrogateescape").splitlines()
    new = sorted([*old, *lines]) if old == sorted(old) else [*old, *lines]
    return ("\n".join(new) + "\n").encode("utf-8", "surrogateescape")


def _module_files(folder: Path) -> list[tuple[str, bytes]]:
    """What a module's zip holds: no nested modules, hidden files, tests or test data."""
    found: list[tuple[str, bytes]] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")) or path.name in ("testdata", "__pycache__"):
            continue
        if path.is_dir():
            if not (path / "go.mod").exists():
                found += [(f"{path.name}/{name}", data) for name, data in _module_files(path)]
        elif path.is_file() and not path.name.endswith("_test.go"):
            found.append((path.name, path.read_bytes()))
    return found


def _hash1(files: dict[str, bytes]) -> str:
    """Go's dirhash.Hash1."""
    summary = hashlib.sha256()
    for name in sorted(files):
        summary.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return "h1:" + base64.b64encode(summary.digest()).decode()


def _write_proxy(sdk: Sdk, root: Path) -> None:
    versions = root / escaped(SDK_PATH) / "@v"
    versions.mkdir(parents=True)
    (versions / "list").write_text(f"{sdk.version}\n")
    (versions / f"{sdk.version}.info").write_text(json.dumps({"Version": sdk.version, "Time": _TIME}))
    (versions / f"{sdk.version}.mod").write_bytes(sdk.files["go.mod"])
    with zipfile.ZipFile(versions / f"{sdk.version}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(sdk.files):
            entry = zipfile.ZipInfo(f"{SDK_PATH}@{sdk.version}/{name}")  # its date is 1980, always
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, sdk.files[name])


def _downloads(go: Go) -> Path:
    return go.module_cache / "cache" / "download" / escaped(SDK_PATH) / "@v"


def _replaced_mark(go: Go) -> Path:
    return _downloads(go) / "replaced-by-modgo"


def _cached_sum(go: Go, sdk: Sdk) -> str | None:
    path = _downloads(go) / f"{sdk.version}.ziphash"
    try:
        return path.read_text().strip()
    except OSError:
        return None


def _make_ready(go: Go, sdk: Sdk) -> Path:
    """Returns the proxy, after removing other contents of the same version from the module cache. They come
    from a modgo in development: a released version never changes."""
    for path in _downloads(go).glob(f"{sdk.version}.*"):
        if path.suffix != ".lock":
            path.unlink(missing_ok=True)
    stale = sdk_directory(go, sdk)
    if stale.exists():
        with scratch_directory() as scratch:
            _make_writable(stale)
            shutil.move(str(stale), str(scratch / "stale"))
        _replaced_mark(go).touch()
    return module_proxy(sdk)


def _make_writable(directory: Path) -> None:
    """Go's module cache is read-only with its folders, which therefore could not be removed."""
    directory.chmod(directory.stat().st_mode | stat.S_IWUSR)
    for folder, _, _ in os.walk(directory):
        Path(folder).chmod(Path(folder).stat().st_mode | stat.S_IWUSR)


def _download_environment(go: Go, proxy: Path) -> dict[str, str]:
    """An environment in which Go asks our proxy and nothing else, whatever the user's settings are."""
    environment = go.environment()
    keep = [flag for flag in environment.get("GOFLAGS", "").split() if flag == "-modcacherw"]
    return {
        **environment,
        "GOFLAGS": " ".join(keep),
        "GONOPROXY": "none",
        "GOPRIVATE": "",
        "GONOSUMDB": SDK_PATH,
        "GOSUMDB": "off",
        "GOPROXY": _proxy_url(proxy),
        "GOWORK": "off",
        "GO111MODULE": "on",
    }


def _proxy_url(proxy: Path) -> str:
    return proxy.as_uri().replace(",", "%2C").replace("|", "%7C")


def _download_error(stdout: str, stderr: str) -> str:
    try:
        return str(json.loads(stdout)["Error"])
    except (ValueError, KeyError):
        return stderr.strip() or "no reason given"


def _cache_remedy(go: Go) -> str:
    return f"make {go.module_cache} writable, or set GOMODCACHE to a folder that is"
