"""The prompt of `modgo repl` on a terminal, by prompt_toolkit: history, completion and several lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from modgo_lsp.build.cache_folders import own_folder
from modgo_lsp.cli.repl.line import is_incomplete
from modgo_lsp.cli.repl.session import Repl, key_text
from modgo_lsp.report.terminal_escapes import shown

COMMANDS = ("record", "store", "functions", "time", "reload", "help", "quit")


class ReplCompleter(Completer):
    """Completes commands, functions, bins of the stored records, and their keys."""

    def __init__(self, repl: Repl) -> None:
        self._repl = repl

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
        text = document.text_before_cursor.lstrip()
        if text.startswith(":record "):
            begun = text.removeprefix(":record ").lstrip()
            return _matching(begun, ((key_text(one), "") for one in self._repl.records()))
        if text.startswith(":"):
            return _matching(text, ((f":{name}", "") for name in COMMANDS))
        begun = document.get_word_before_cursor(pattern=_word())
        if text == begun:
            return _matching(begun, ((one.name, one.signature) for one in self._repl.functions))
        bins = {name for record in (*self._repl.records(), self._repl.record) for name in record.bins}
        return _matching(begun, ((name, "bin") for name in sorted(bins)))


def _word() -> Any:
    return re.compile(r"[^\s()\[\]{},:\"']+")


def _matching(begun: str, words: Iterable[tuple[str, str]]) -> Iterator[Completion]:
    for word, about in words:
        if word.startswith(begun) and word.isprintable():
            yield Completion(word, start_position=-len(begun), display_meta=shown(about))


def prompt_session(repl: Repl, **options: Any) -> PromptSession[str]:
    """`options` are for PromptSession; the tests name an input and an output."""
    return PromptSession(
        "> ",
        completer=ReplCompleter(repl),
        complete_while_typing=False,
        history=_history(),
        multiline=Condition(lambda: is_incomplete(get_app().current_buffer.text)),
        prompt_continuation="… ",
        **options,
    )


def _history() -> History:
    """In modgo's state folder, which is the user's own; in memory if that can't be used."""
    try:
        path = Path(own_folder("state"), "repl_history")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
