"""docs/features.md, written from the server's table of methods, its commands, and the capabilities of clients
that it takes into account."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable

import msgspec

from modgo_lsp.server.lsp.client_capabilities import ANY, CAPABILITIES, Capability, InitializationOptions
from modgo_lsp.server.lsp.methods import COMMANDS, METHODS, Method, command_of, handler_of

# What the server sends by itself, which no table has.
SENT = {
    "textDocument/publishDiagnostics": "Diagnostics, of other files of an open package too",
    "workspace/diagnostic/refresh": "The client may pull again",
    "workspace/codeLens/refresh": "A change in another file changed the lenses",
    "workspace/inlayHint/refresh": "A change in another file changed the hints",
    "workspace/semanticTokens/refresh": "A change in another file changed the tokens",
    "client/registerCapability": "Asks for notifications of changed files and settings",
    "workspace/configuration": "Asks for the settings, section `modgo`",
    "window/workDoneProgress/create": "Progress of the index, and of a command that came without a token",
    "$/progress": "The steps of a command, and of the index; results of `modgo.test` as they come",
    "window/showMessage": "What needs the user: a wrong setting, a build of files that are not saved",
    "window/showDocument": "Opens a new sample, or the result of a lens's command",
    "window/logMessage": "What happened",
    "$/logTrace": "The messages sent and received, where the client asks for a trace",
}
OPTIONS = {
    "commands": "The client's own commands that lenses may name in place of the server's",
    "without": "Methods not to announce: for an editor that asks one server only, and has another for them",
    "trusted": "Whether the workspace may be built and run; it may not where any option is malformed",
    "settings": "The settings to begin with, as the section `modgo` of `workspace/didChangeConfiguration`",
    "allow": 'What modules are granted, as `{"network": true, "read": ["/etc/geo"]}`; no setting can do that',
    "results": 'How commands answer: `json`, or `text`: `{"json": "…"}`, the same as JSON text',
}


_PAGE = """{notice}
# What the language server does

`modgo lsp` (or `modgo-lsp`) speaks LSP 3.17 on standard input and output. It runs beside gopls and offers
nothing that gopls gives: no formatting, no plain completion, no type errors; where nothing is Modgo's it
answers null, so that an editor that asks one server after the other goes on to gopls.

Positions are in UTF-8, UTF-16 or UTF-32: the first that the client names, UTF-16 where it names none.
Documents are synchronised incrementally. Diagnostics are pulled by clients that can, and pushed to others;
findings in files that are not open are pushed to both. Cases and samples in `testdata/udf/` may be open too:
names of UDFs are followed, completed and renamed in them.

`$/setTrace` sets which messages are traced, the setting `modgo.log.level` (`off`, `error`, `warning`,
`info` or `debug`) what is logged; `modgo.status` returns the state of the server. `modgo doctor --report`
collects what a bug report needs, without secrets.

## Requests

| request | result | to clients |
| --- | --- | --- |
{requests}

## Commands

By `workspace/executeCommand`. Each takes one object `{{"uri", "function"?, "args"?, "record"?, "records"?,
"options"?}}` and returns what the command line prints with `--json`; `uri` is a folder or a file in it, and
may be left out where the workspace has one UDF module. What takes long reports progress and can be cancelled.

Values are exact: integers to 64 bits, and a number with a fraction or exponent is a double. A client whose
JSON parser makes every number a double, as JavaScript's does, sends the object as a string of JSON text, and
asks for results as text by the initialization option `results`. With `"document": true` in the object, the
server also writes the result of `modgo.call`, `modgo.load` or `modgo.buildAndLoad` to a file and adds its
path as `document`: of a call a text with value, logs, frames and the change of the record as a diff.

| command | what it does |
| --- | --- |
{commands}

`modgo.test` takes a module's folder, a case file or a `.so` as `uri`. Its `options` are `match` (an
expression, as of `modgo test -k`), `cases` (a list of `{{"file", "name"}}`, the only cases to run),
`timeout`, `memory`, `coverage` and `partialResultToken`. With `coverage`, the answer has `{{"coverage":
{{"profile", "percent"}}}}`: the path of a Go cover profile, and the share of executed statements. With a
token, results are sent as they come: by `$/progress`, with that token and the value `{{"cases": […]}}` in the
form of the answer, which has all of them again. A `location` is `FILE:LINE`, relative to the module's folder.
`modgo.new` makes the folder `uri`; its `options` are `stream` and `module`, the path of the Go module.
`modgo.cases` returns the cases and the invalid ones without a run: `{{"cases": [{{"name", "function", "file",
"location", "table"}}], "invalid": [{{"location", "message"}}]}}`. The `table` of a row is `{{"name",
"location"}}`, that of any other case null.
`modgo.call` answers as `modgo call --json` does, and has in `run` what a view shows beside the result: the
`function` with its parameters, the file of the `sample`, and in `sources` the paths of the files that log
lines and frames name. A failed call also has the record, the operations and the nodes that finished.
`modgo.saveCase` adds a case to `testdata/udf/FUNCTION.case.yaml`: the call, given as for `modgo.call`, and
`expect`, an object as in a case file. It returns `{{"path", "line", "name"}}`.

## Everything else that it handles

| method | what it does |
| --- | --- |
{others}

## What it sends

| method | what for |
| --- | --- |
{sent}

## How clients differ

The server sends nothing that a client does not announce it can take. By its capabilities a client gets:

| capability | with it | without it |
| --- | --- | --- |
{capabilities}

## Initialization options

| option | meaning | default |
| --- | --- | --- |
{options}
"""


def feature_page(notice: str) -> str:
    fields = InitializationOptions.__struct_fields__
    assert set(OPTIONS) == set(fields), "feature_page.py has other initialization options than the server"
    requests = sorted(each for each in METHODS.values() if each.context in ("snapshot", "workspace"))
    others = [each for each in METHODS.values() if each not in requests]
    return _PAGE.format(
        notice=notice.format("modgo_lsp/server/"),
        requests=_rows(
            f"| `{each.name}` | {_first_sentence(handler_of(each))} | {_clients(each)} |" for each in requests
        ),
        commands=_rows(f"| `{name}` | {_first_sentence(command_of(name))} |" for name in COMMANDS),
        others=_rows(f"| `{each.name}` | {_first_sentence(handler_of(each))} |" for each in others),
        sent=_rows(f"| `{method}` | {about} |" for method, about in SENT.items()),
        capabilities=_rows(
            f"| {_named(each)} | {each.given} | {each.otherwise} |" for each in CAPABILITIES.values()
        ),
        options=_rows(f"| `{name}` | {OPTIONS[name]} | `{_default(name)}` |" for name in fields),
    )


def _rows(rows: Iterable[str]) -> str:
    return "\n".join(rows)


def _clients(method: Method) -> str:
    if not method.client:
        return "all"
    return f"with `{CAPABILITIES[method.client].path}`"


def _named(capability: Capability) -> str:
    required = capability.required
    if required in ("", ANY):
        return f"`{capability.path}`"
    name = getattr(required, "name", required).lower()
    return f"`{capability.path}` with `{name}`"


def _default(name: str) -> str:
    found = getattr(InitializationOptions(), name)
    return json.dumps(msgspec.to_builtins(found))


def _first_sentence(documented: object) -> str:
    """The first sentence of a docstring, without its full stop."""
    text = inspect.getdoc(documented)
    assert text, f"{documented} has no docstring"
    sentence = " ".join(text.split("\n\n")[0].split()).split(". ")[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]
