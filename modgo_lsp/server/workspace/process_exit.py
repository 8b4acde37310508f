"""Waits for the end of another process: the server for the editor's, whose pipe may stay open in another
process, and the index for the server's."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable


def when_ended(process_id: int, then: Callable[[], None]) -> None:
    """Calls `then`, on a thread of its own, when the process ends. A process that does not exist is ignored:
    the number may be of another container. So is every process where the system is not Linux."""
    if sys.platform != "linux":
        return
    try:
        process = os.pidfd_open(process_id)
    except (OSError, OverflowError):
        return

    def wait() -> None:
        select.select([process], [], [])
        then()

    threading.Thread(target=wait, name=f"end of {process_id}", daemon=True).start()
