"""The states of a module that nodes report."""

from __future__ import annotations

import pytest

from modgo_lsp.ship.node_state import State, parse_state

DIGITS = "0123456789abcdef" * 4
HEAD = f"modgo-state 1\nfile-sha256 {DIGITS}\n"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f"{HEAD}state loaded\n", State(DIGITS, "loaded", "")),
        (f"{HEAD}state refused\nwhy shop.so: no licence\n", State(DIGITS, "refused", "shop.so: no licence")),
        (f"{HEAD}state resting\n", None),
        (f"{HEAD}state loaded", None),
        (f"{HEAD}state refused\nwhy a\nb\n", None),
        (HEAD.replace("1", "2", 1) + "state loaded\n", None),
        ("", None),
    ],
)
def test_states(text: str, state: State | None) -> None:
    assert parse_state(text.encode()) == state
    assert parse_state(b"\xff" + text.encode()) is None
