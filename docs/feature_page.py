"""docs/features.md, written from the handlers that the language server registers, its commands, and the
capabilities of clients that it heeds.

Not for: how an editor is set up (docs/editors/).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from io import BytesIO

from modgo_lsp.server.commands.commands import COMMANDS
from modgo_lsp.server.lsp.client_capabilities import (
    ANY,
    CAPABILITIES,
    Capability,
    Client,
    InitializationOptions,
)
from modgo_lsp.server.lsp.connection import Connection
from modgo_lsp.server.lsp.methods import PULL_FEATURES, REQUESTS
from modgo_lsp.server.lsp.wire import Initialize
from modgo_lsp.server.pygls_server import ModgoServer
from modgo_lsp.server.workspace.session import Session

# What the handlers do that answer no question about the source, in the order of a session.
LIFE = {
    "initialize": "Takes capabilities and initialization options, agrees on the position encoding",
    "initialized": "Asks the client to watch files and to tell of settings, and for the settings",
    "$/setTrace": "Sets how much of the talk is traced",
    "workspace/didChangeConfiguration": "New settings, in effect at once",
    "workspace/didChangeWorkspaceFolders": "Folders that come and go",
    "workspace/didChangeWatchedFiles": "Go files, samples, cases and configuration that changed on disk",
    "textDocument/didOpen": "The editor's text counts from now on, not the disk's",
    "textDocument/didChange": "Edits, each parsed where it was made",
    "textDocument/didSave": "What builds read has changed",
    "textDocument/didClose": "The disk's text counts again",
    "notebookDocument/didOpen": "Passed over: no notebook holds UDFs",
    "notebookDocument/didChange": "Passed over",
    "notebookDocument/didClose": "Passed over",
    "workspace/executeCommand": "Runs one of the commands above",
    "window/workDoneProgress/cancel": "Ends the command that the progress is of, with its processes",
    "$/cancelRequest": "Ends a request or a command, with its processes",
    "shutdown": "Ends what is under way, with its processes",
    "exit": "Ends the server",
}
SENT = {
    "textDocument/publishDiagnostics": "Diagnostics, of other files of an open package too",
    "workspace/diagnostic/refresh": "The client may pull again",
    "workspace/codeLens/refresh": "Another file has changed what lenses say",
    "workspace/inlayHint/refresh": "Another file has changed what hints say",
    "workspace/semanticTokens/refresh": "Another file has changed what tokens say",
    "client/registerCapability": "The wish to be told of changed files and settings",
    "workspace/configuration": "The question for the settings, section `modgo`",
    "window/workDoneProgress/create": "Progress for a command that the client gave none for",
    "$/progress": "The steps of a command",
    "window/showMessage": "What needs the user: a wrong setting, a build of files that are not saved",
    "window/showDocument": "A new sample, and the answer of a lens's command, to be opened",
    "window/logMessage": "What happened",
    "$/logTrace": "What is said and heard, where the client wants it traced",
}
OPTIONS = {
    "commands": "The client's own commands that lenses may name in place of the server's",
    "without": "Methods not to be offered, for an editor that asks one server alone and has another for it",
    "trusted": "Whether the workspace may be built and run; it may not where any option is malformed",
    "settings": "The settings to begin with, as the section `modgo` of `workspace/didChangeConfiguration`",
    "results": 'How commands answer: `json`, or `text`: `{"json": "…"}`, the same as JSON text',
}


def feature_page(notice: str) -> str:
    nowhere = Connection(BytesIO(), BytesIO(), lambda _: None, lambda _: None, lambda: None)
    session = Session(nowhere, Initialize(), Client(pull_diagnostics=True), "utf-16")
    manager = ModgoServer(session).protocol.fm
    handled = manager.builtin_features.keys() | manager.features.keys() | session.methods
    answered = {**REQUESTS, **PULL_FEATURES}
    told = LIFE.keys() | answered.keys()
    assert handled <= told, f"feature_page.py says nothing of {handled - told}"
    assert LIFE.keys() <= handled, f"nothing handles {LIFE.keys() - handled}"
    fields = InitializationOptions.__struct_fields__
    assert set(OPTIONS) == set(fields), "feature_page.py has other initialization options than client.py"
    questions = (
        f"| `{method}` | {_first_sentence(answer)} | {_clients(method)} |"
        for method, (answer, _) in sorted(answered.items())
    )
    return f"""{notice.format("modgo_lsp/server/")}
# What the language server does

`modgo lsp` (or `modgo-lsp`) speaks LSP 3.17 on standard input and output. It runs beside gopls and offers
nothing that gopls gives: no formatting, no plain completion, no type errors; where nothing is Modgo's it
answers null, so that an editor that asks one server after the other goes on to gopls.

Positions are in UTF-8, UTF-16 or UTF-32: the first that the client names, UTF-16 where it names none.
Documents are synchronised incrementally. Diagnostics are pulled by clients that can, and pushed to others;
findings in files that are not open are pushed to both. Cases and samples in `testdata/udf/` may be open too:
names of UDFs are followed, completed and renamed in them.

`$/setTrace` says how much of the talk is traced, the setting `modgo.log.level` (`off`, `error`, `warning`,
`info` or `debug`) how much is logged, `modgo.status` how the server is. `modgo doctor --report` gathers
what a bug report needs, without secrets.

## Requests

| request | what it gives | to clients |
| --- | --- | --- |
{_rows(questions)}

## Commands

By `workspace/executeCommand`. Each takes one object `{{"uri", "function"?, "args"?, "record"?, "records"?,
"options"?}}` and gives what the command line's `--json` gives; `uri` is a folder or a file in it, and may be
left out where the workspace has one UDF module. What takes long reports progress and can be cancelled.

Values are exact: integers to 64 bits, and a number with a fraction or exponent is a double. A client whose
JSON parser makes every number a double, as JavaScript's does, sends the object as a string of JSON text, and
asks for text in answers by the initialization option `results`.

| command | what it does |
| --- | --- |
{_rows(f"| `{name}` | {_first_sentence(command)} |" for name, command in COMMANDS.items())}

## Everything else it handles

| method | what for |
| --- | --- |
{_rows(f"| `{method}` | {about} |" for method, about in LIFE.items())}

## What it sends

| method | what for |
| --- | --- |
{_rows(f"| `{method}` | {about} |" for method, about in SENT.items())}

## How clients differ

Nothing is sent that a client does not say it can take. By its capabilities it gets:

| capability | where it is | where it is not |
| --- | --- | --- |
{_rows(f"| {_named(each)} | {each.given} | {each.otherwise} |" for each in CAPABILITIES.values())}

## Initialization options

| option | meaning | default |
| --- | --- | --- |
{_rows(f"| `{name}` | {OPTIONS[name]} | `{_default(name)}` |" for name in fields)}
"""


def _rows(rows: Iterable[str]) -> str:
    return "\n".join(rows)


def _clients(method: str) -> str:
    return "those that pull" if method in PULL_FEATURES else "all"


def _named(capability: Capability) -> str:
    wanted = capability.wanted
    if wanted in ("", ANY):
        return f"`{capability.path}`"
    name = getattr(wanted, "name", wanted).lower()
    return f"`{capability.path}` with `{name}`"


def _default(name: str) -> str:
    found = getattr(InitializationOptions(), name)
    return json.dumps(found)


def _first_sentence(documented: object) -> str:
    """The first sentence of a docstring, without its full stop."""
    text = inspect.getdoc(documented)
    assert text, f"{documented} has no docstring"
    sentence = " ".join(text.split("\n\n")[0].split()).split(". ")[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]
