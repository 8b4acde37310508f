"""The real server on standard input and output, used as an editor uses it, on a Go module in a temporary
folder."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Union

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from modgo_lsp.golang.syntax import tree_cache
from modgo_lsp.server.workspace.session import Session
from tests.server.language_client import PUSHED, LanguageServer

from .stdio import COMMAND, Start

# Their assertions then show what differs.
pytest.register_assert_rewrite(
    *(f"tests.server.{name}_checks" for name in ("marker", "whole_file", "diagnostic")),
    *("tests.server.marker_check", "tests.server.marked_workspace"),
)

ROOT = Path(__file__).parents[2]
SECONDS = 20.0


@pytest.fixture(autouse=True)
def process_state() -> Iterator[None]:
    """What a session sets for its whole process, which is that of the tests here, is as it was afterwards."""
    largest = tree_cache._HELD.largest
    yield
    tree_cache.hold_at_most(largest)


def never_collecting(session: Session) -> Session:
    """The threads of a session outlive its test, and would collect and freeze the garbage of others."""
    session.analysis_thread.collector.collect = lambda: None  # type: ignore[method-assign]
    return session


GO_MOD = "module example.com/stats\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"
CLEAN = """package stats

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
	udf.Register("count", Count)
}

// Add adds b to a.
func Add(a, b int64) int64 {
	return a + b
}

// Count counts the calls in a bin.
func Count(rec *udf.Record, bin string) (int64, error) {
	n, _ := rec.Int(bin)
	rec.Set(bin, n+1)
	if rec.Exists() {
		return n + 1, rec.Update()
	}
	return n + 1, rec.Create()
}
"""
UNREGISTERED = CLEAN + "\nfunc Extra(rec *udf.Record) int64 { return 1 }\n"


_LANGUAGES = {".json": types.LanguageKind.Json, ".yaml": types.LanguageKind.Yaml}


class Editor:
    """A client, and the versions of its documents."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.versions: dict[str, int] = {}
        self.initialized: types.InitializeResult | None = None
        self.registrations: list[types.Registration] = []

    def path(self, name: str = "stats.go") -> Path:
        return self.folder / name

    def uri(self, name: str = "stats.go") -> str:
        return self.path(name).as_uri()

    def open(self, name: str = "stats.go", text: str | None = None) -> str:
        uri = self.uri(name)
        self.versions[uri] = 1
        text = self.path(name).read_bytes().decode("utf-8", "replace") if text is None else text
        language = _LANGUAGES.get(Path(name).suffix, types.LanguageKind.Go)
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        self.versions[uri] += 1
        identifier = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, list(changes)))

    def type(self, uri: str, line: int, column: int, text: str, end: tuple[int, int] | None = None) -> None:
        stop = types.Position(*(end or (line, column)))
        self.change(
            uri,
            types.TextDocumentContentChangePartial(types.Range(types.Position(line, column), stop), text),
        )

    def rewrite(self, uri: str, text: str) -> None:
        self.change(uri, types.TextDocumentContentChangeWholeDocument(text))

    async def until(self, condition: Callable[[], Any], what: str = "it") -> Any:
        """Waits for the server to make `condition` true."""
        end = asyncio.get_running_loop().time() + SECONDS
        while not (found := condition()):
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"{what} did not happen; diagnostics: {self.client.diagnostics}")
            await asyncio.sleep(0.005)
        return found

    def codes(self, uri: str) -> list[str]:
        return [str(diagnostic.code) for diagnostic in self.client.diagnostics.get(uri, ())]

    async def codes_become(self, uri: str, *codes: str) -> None:
        await self.until(
            lambda: uri in self.client.diagnostics and self.codes(uri) == list(codes), f"{codes} in {uri}"
        )

    async def actions(
        self, uri: str, range_: types.Range | None = None, only: list[str] | None = None
    ) -> list[types.CodeAction]:
        everything = types.Range(types.Position(0, 0), types.Position(10_000, 0))
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                range_ or everything,
                types.CodeActionContext([], only=only),
            )
        )
        actions = [action for action in found or () if isinstance(action, types.CodeAction)]
        return [
            action if action.edit is not None else await self.client.code_action_resolve_async(action)
            for action in actions
        ]

    async def run(self, command: str, *arguments: Any, token: str | None = None) -> Any:
        return await asyncio.wait_for(
            self.client.workspace_execute_command_async(
                types.ExecuteCommandParams(command, list(arguments), work_done_token=token)
            ),
            120,
        )

    def steps(self, token: Any) -> list[Any]:
        return self.client.progress_reports.get(token, [])


def minimal() -> types.ClientCapabilities:
    """A client without optional capabilities."""
    return types.ClientCapabilities()


def capable(
    profile: str = "visual-studio-code", pull: bool = False, encodings: list[str] | None = None
) -> types.ClientCapabilities:
    """A real client, with or without pull diagnostics, and with these position encodings."""
    capabilities = client_capabilities(profile)
    assert capabilities.text_document is not None
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities() if pull else None
    if encodings is not None:
        capabilities.general = capabilities.general or types.GeneralClientCapabilities()
        capabilities.general.position_encodings = encodings
    return capabilities


# Servers that tests share, by the capabilities of their client: to start one takes half a second.
_SHARED: dict[str, Editor] = {}


@asynccontextmanager
async def running(
    folder: Path,
    capabilities: types.ClientCapabilities,
    options: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    fresh: bool = False,
) -> AsyncIterator[Editor]:
    """An editor on `folder`. Its server is shared with other tests unless it is `fresh`, or started with
    options or an environment of its own."""
    recorded = "COVERAGE_PROCESS_START" in os.environ  # tests/mutants records each test's own server
    if fresh or recorded or options is not None or environment is not None:
        async with _started(folder, capabilities, options, environment) as editor:
            yield editor
        return
    key = repr(capabilities)
    if key not in _SHARED:
        _SHARED[key] = await _start(folder, capabilities, None, None)
    shared = _SHARED[key]
    if shared.folder != folder:
        _move(shared, folder)
    editor = Editor(shared.client, folder)
    editor.initialized = shared.initialized
    editor.registrations = shared.registrations
    try:
        yield editor
    except BaseException:
        await _kill(_SHARED.pop(key))
        raise
    for uri in editor.versions:
        identifier = types.TextDocumentIdentifier(uri)
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))
    for collected in (editor.client.diagnostics, editor.client.progress_reports):
        collected.clear()
    for messages in (editor.client.messages, editor.client.log_messages):
        messages.clear()


def _move(shared: Editor, folder: Path) -> None:
    """Moves a shared server to the workspace of another test."""
    change = types.WorkspaceFoldersChangeEvent(
        [_workspace_folder(folder)], [_workspace_folder(shared.folder)]
    )
    shared.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
    shared.folder = folder


def _workspace_folder(folder: Path) -> types.WorkspaceFolder:
    return types.WorkspaceFolder(folder.as_uri(), folder.name)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def shared_servers() -> AsyncIterator[None]:
    yield
    for editor in _SHARED.values():
        await _shut_down(editor)
    _SHARED.clear()


@asynccontextmanager
async def _started(
    folder: Path,
    capabilities: types.ClientCapabilities,
    options: dict[str, Any] | None,
    environment: dict[str, str] | None,
) -> AsyncIterator[Editor]:
    editor = await _start(folder, capabilities, options, environment)
    try:
        yield editor
        await _shut_down(editor)
    finally:
        await _kill(editor)


def _command_or_action(converter: Any, found: Any, _: Any) -> types.Command | types.CodeAction:
    """lsprotocol takes every code action with a command for a command."""
    is_command = isinstance(found.get("command"), str)
    action: types.Command | types.CodeAction = converter.structure(
        found, types.Command if is_command else types.CodeAction
    )
    return action


async def _start(
    folder: Path,
    capabilities: types.ClientCapabilities,
    options: dict[str, Any] | None,
    environment: dict[str, str] | None,
) -> Editor:
    client = make_test_lsp_client()
    client.protocol._converter.register_structure_hook(
        Union[types.Command, types.CodeAction], partial(_command_or_action, client.protocol._converter)
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    await client.start_io(sys.executable, "-m", "modgo_lsp.server.main", env=env)
    editor = Editor(client, folder)

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _register(params: types.RegistrationParams) -> None:
        editor.registrations.extend(params.registrations)

    parameters = types.InitializeParams(
        capabilities=capabilities,
        client_info=types.ClientInfo("test editor", "1.0"),
        initialization_options=options,
        workspace_folders=[_workspace_folder(folder)],
    )
    editor.initialized = await asyncio.wait_for(client.initialize_session(parameters), SECONDS)
    return editor


async def _shut_down(editor: Editor) -> None:
    await asyncio.wait_for(editor.client.shutdown_session(), SECONDS)


async def _kill(editor: Editor) -> None:
    """After a failure the server still runs, and the client would wait for its end."""
    process = editor.client._server
    if process is not None and process.returncode is None:
        process.kill()
    await editor.client.stop()


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """The folder of a module without findings."""
    folder = tmp_path / "stats"
    folder.mkdir()
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "stats.go").write_text(CLEAN)
    return folder


@pytest.fixture
def start(module: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a server on the module, after the handshake, with a cache of its own."""
    servers = []

    def started(handshake: bool = True, **more: Any) -> LanguageServer:
        environment = {
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "GOCACHE": os.environ["GOCACHE"],
        }
        server = LanguageServer(COMMAND, module, environment, **more)
        servers.append(server)
        if handshake:
            server.initialize(capabilities=PUSHED)
        return server

    yield started
    for server in servers:
        server.end()


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *who, "-C", folder, *arguments], check=True, capture_output=True, env=environment)


@pytest.fixture
def repository(module: Path) -> Path:
    """A repository whose only commit has a finding about Extra."""
    (module / "stats.go").write_text(UNREGISTERED)
    git(module, "init", "-q", "-b", "main")
    git(module, "add", ".")
    git(module, "commit", "-q", "-m", "first")
    return module
