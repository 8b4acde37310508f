"""Which type a record of the log has in the editor's output."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from modgo_lsp.server.lsp.log_handlers import ERROR, INFO, LOG, WARNING, to_client

LOGGER = logging.getLogger("modgo_lsp")


@pytest.fixture
def sent() -> Iterator[list[tuple[int, str]]]:
    messages: list[tuple[int, str]] = []
    handlers, level = LOGGER.handlers[:], LOGGER.level
    LOGGER.setLevel(logging.DEBUG)
    to_client(lambda kind, text: messages.append((kind, text)))
    yield messages
    LOGGER.handlers[:] = handlers
    LOGGER.setLevel(level)


def test_each_level_has_its_type(sent: list[tuple[int, str]]) -> None:
    levels = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)
    for level in levels:
        LOGGER.log(level, "level %d", level)
    types = (LOG, INFO, WARNING, ERROR, ERROR)
    assert sent == [(kind, f"level {level}") for kind, level in zip(types, levels, strict=True)]


def test_an_exception_is_named_without_its_traceback(sent: list[tuple[int, str]]) -> None:
    try:
        raise ValueError("bad")
    except ValueError:
        LOGGER.exception("it failed")
    LOGGER.error("no exception", exc_info=True)
    assert sent == [(ERROR, "it failed: ValueError: bad"), (ERROR, "no exception")]


def test_a_second_client_replaces_the_first(sent: list[tuple[int, str]]) -> None:
    others: list[str] = []
    to_client(lambda _, text: others.append(text))
    LOGGER.info("hello")
    assert (sent, others) == ([], ["hello"])
