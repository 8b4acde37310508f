"""How many bytes of messages wait for the server."""

from __future__ import annotations

from modgo_lsp.server.lsp.inbox import Inbox


def test_what_was_taken_no_longer_waits() -> None:
    inbox = Inbox()
    for number in range(1, 4):
        inbox.put(("message", number), 10 * number)
    inbox.put(("without a size", None))
    assert inbox.size == 60
    assert inbox.get(0) == ("message", 1)
    assert inbox.size == 50
    while inbox.get(0) is not None:
        pass
    assert inbox.size == 0
