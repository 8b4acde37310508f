"""workspace/didChangeConfiguration."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.workspace import editor_settings
from modgo_lsp.server.workspace.session import Session

_log = logging.getLogger(__name__)


def did_change(session: Session, params: wire.DidChangeConfiguration) -> None:
    """New settings, in effect at once"""
    section = editor_settings.section_of(params.settings)
    if section is not None:
        session.configure(section)
    elif session.client.configuration:
        ask_settings(session)  # many clients send nothing here, and wait to be asked


def ask_settings(session: Session) -> None:
    """Asks for the settings. A client that knows none of them leaves them as they are."""
    items = [{"section": editor_settings.SECTION}]
    session.outbox.ask("workspace/configuration", {"items": items}, partial(_received, session))


def _received(session: Session, result: Any, error: Any) -> None:
    if error is not None or not isinstance(result, list) or len(result) != 1:
        _log.warning("The editor did not send its settings: %s", error or result)
    elif isinstance(result[0], dict):
        session.configure(result[0])
