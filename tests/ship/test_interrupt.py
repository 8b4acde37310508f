"""Waiting for a call that blocks in C: results, errors, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from modgo_lsp.ship.interrupt import Waits


def test_it_returns_and_raises_what_the_work_does() -> None:
    waits = Waits()
    assert waits.wait(lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        waits.wait(lambda: 1 / 0)
    assert not waits.abandoned


def test_an_interrupt_abandons_the_work() -> None:
    waits, over = Waits(), threading.Event()
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        waits.wait(lambda: over.wait())
    assert waits.abandoned
    over.set()
