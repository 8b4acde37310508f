"""Makes the folder of a new UDF module, which lints, builds and passes its tests: `modgo new`.

The texts are in templates/; decisions/0009 says how the Go module gets at the SDK.
"""

from __future__ import annotations

import asyncio
import os
from importlib.resources import files as package_files
from pathlib import Path
from string import Template

import msgspec

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.module_name import name_problem, package_of, path_problem, shown_name, suggested_name
from modgo_lsp.build.sdk import Sdk, install, shipped_sdk
from modgo_lsp.build.toolchain import discover_go
from modgo_lsp.file_writer import explain
from modgo_lsp.folder_writer import check_new_folder, write_folder
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.golang.modules.go_mod import parse_go_mod
from modgo_lsp.golang.modules.go_mod_folder import go_mod_folder
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.user_error import UserError

# What a folder may have that is to become a module: it was just cloned, or `git init` ran in it.
_BESIDE = frozenset({".git"})
_TEMPLATES = package_files("modgo_lsp.build") / "templates"


class NewModuleError(UserError):
    """A module that cannot be made as requested."""


class NewModuleRequest(msgspec.Struct, frozen=True):
    """`folder` is what the user named, and its last element is the UDF module's name. `module` is the Go
    module's path, None for one made of the name. `go` is the user's setting."""

    folder: Path
    stream: bool = False
    module: str | None = None
    go: str | None = None


class NewModule(msgspec.Struct, frozen=True):
    """A module that was made. `folder` is absolute, `files` are the paths below it, `package` is the Go
    package and `module` the Go module's path. `call` are the arguments of `modgo call` that call `function`
    on its sample. `go_work` is a go.work above that does not list the module, `outer` the Go module around
    it; each is None if there is none. `has_go_command` is whether PATH has the go command."""

    folder: Path
    name: str
    package: str
    module: str
    function: str
    files: tuple[str, ...]
    call: tuple[str, ...]
    go_work: str | None
    outer: str | None
    has_go_command: bool


class _Kind(msgspec.Struct, frozen=True):
    """What a record and a stream module differ in. `templates` is the folder of their own texts."""

    templates: str
    function: str
    sample: str
    call: tuple[str, ...]


_RECORD = _Kind("record", "add", "add.record.json", (".", "add", "hits", "2"))
_STREAM = _Kind("stream", "count_by", "count_by.records.jsonl", ("--stream", ".", "count_by", "city"))


class _Around(msgspec.Struct, frozen=True):
    """What is above a folder: the path and folder of the Go module that it is in, and a go.work."""

    outer: tuple[str, Path] | None
    go_work: Path | None


async def make_module(request: NewModuleRequest) -> NewModule:
    """Puts the SDK into Go's module cache, then writes the folder, whole or not at all. Raises NewModuleError
    and ToolchainError."""
    folder = Path(os.path.abspath(request.folder))  # noqa: PTH100, ASYNC240 (links stay links)
    _check_names(request, folder)
    try:
        check_new_folder(folder, _BESIDE)
        go = await discover_go(request.go)
        sdk = shipped_sdk()
        await install(go, sdk)
        around = await asyncio.to_thread(_around, request.go, folder)
        kind = _STREAM if request.stream else _RECORD
        module = request.module or _default_path(folder, around)
        texts = _texts(kind, folder.name, module, sdk)
        # In this thread: Ctrl-C must interrupt it, so that it removes what it has written.
        write_folder(folder, texts, _BESIDE)
    except OSError as error:
        raise NewModuleError(*explain(error, "choose another place, or make it writable")) from None
    return NewModule(
        folder=folder,
        name=folder.name,
        package=package_of(folder.name),
        module=module,
        function=kind.function,
        files=tuple(texts),
        call=kind.call,
        go_work=str(around.go_work) if around.go_work is not None else None,
        outer=around.outer[0] if around.outer is not None else None,
        has_go_command=go.origin != "wheel",
    )


def _check_names(request: NewModuleRequest, folder: Path) -> None:
    if problem := name_problem(folder.name):
        near = suggested_name(folder.name)
        if request.folder.name != folder.name:  # `.`, or a folder above
            remedy = "rename the folder, or make one below it: modgo new NAME"
        elif near is None:
            remedy = "choose another name, like counters"
        else:
            remedy = f"choose another name: modgo new {request.folder.with_name(near)}"
        message = f"a UDF module cannot have the name {shown_name(folder.name)}: {problem}"
        raise NewModuleError(message, remedy)
    if request.module is not None and (problem := path_problem(request.module)):
        raise NewModuleError(
            f"a Go module cannot have the path {shown_name(request.module)}: {problem}",
            f"name the place of its repository, like --module github.com/me/{folder.name}",
        )


def _around(setting: str | None, folder: Path) -> _Around:
    """What the go command finds above `folder`. Raises OSError."""
    above = folder.parents
    around = go_mod_folder(folder.parent)
    path = "" if around is None else parse_go_mod(_read(around / "go.mod")).module
    outer = (path, around) if around is not None and path else None
    named = find_go_environment(setting).work
    places = (Path(named),) if named else (each / "go.work" for each in (folder, *above))
    go_work = next((each for each in places if each.is_file()), None)
    if go_work is not None:
        uses = parse_go_mod(_read(go_work)).uses
        if any(Path(os.path.abspath(go_work.parent / use)) == folder for use in uses):  # noqa: PTH100
            go_work = None
    return _Around(outer, go_work)


def _read(path: Path) -> bytes:
    """The file, empty if it cannot be read: it is another module's, and the go command reports it."""
    try:
        return DiskFiles().read(str(path))
    except OSError:
        return b""


def _default_path(folder: Path, around: _Around) -> str:
    if around.outer is not None:
        path, top = around.outer
        nested = f"{path}/{folder.relative_to(top).as_posix()}"
        if not path_problem(nested):
            return nested
    return f"example.com/{folder.name}"


def _texts(kind: _Kind, name: str, module: str, sdk: Sdk) -> dict[str, bytes]:
    """The files of the module, by path."""
    package = package_of(name)
    values = {
        "name": name,
        "package": package,
        "module": module,
        "function": kind.function,
        "sample": kind.sample,
        "call": f"modgo call {' '.join(kind.call)}",
        "sdk": SDK_PATH,
        "version": sdk.version,
        "go": sdk.go,
    }
    own = kind.templates
    made = {
        path: _TEMPLATES.joinpath(*template.split("/")).read_text("utf-8")
        for path, template in {
            "go.mod": "go.mod.tmpl",
            f"{package}.go": f"{own}/udf.go.tmpl",
            f"{package}_test.go": f"{own}/udf_test.go.tmpl",
            f"testdata/udf/{kind.sample}": f"{own}/sample.tmpl",
            f"testdata/udf/{package}.case.yaml": f"{own}/cases.yaml.tmpl",
            "README.md": "README.md.tmpl",
            ".gitignore": "gitignore.tmpl",
        }.items()
    }
    texts = {path: Template(text).substitute(values).encode() for path, text in made.items()}
    return {"go.mod": texts.pop("go.mod"), "go.sum": _go_sum(sdk), **texts}


def _go_sum(sdk: Sdk) -> bytes:
    return "".join(f"{line}\n" for line in sdk.sum_lines).encode()
