"""initialized, $/setTrace and window/workDoneProgress/cancel."""

from __future__ import annotations

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.requests.settings import ask_settings
from modgo_lsp.server.workspace.session import Session
from modgo_lsp.server.workspace.watched_files import registrations


def initialized(session: Session, _params: wire.Nothing) -> None:
    """Asks the client to watch files and to report settings, and asks for the settings"""
    session.is_initialized = True
    session.show_grant_problems()
    session.configure(session.client.options.settings)
    found = registrations(session.client)
    if found:
        session.outbox.ask("client/registerCapability", {"registrations": found})
    if session.client.configuration and not session.client.options.settings:
        ask_settings(session)


def set_trace(session: Session, params: wire.SetTrace) -> None:
    """Sets which messages are traced"""
    session.outbox.trace = params.value


def cancel_progress(session: Session, params: wire.CancelProgress) -> None:
    """Cancels the command behind a progress token, with its processes"""
    session.progress.cancel(params.token)
