"""The editor's process, whose end is the session's: the server's input may stay open beyond it.

Not for: the end of the input (connection.py).
"""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable


def when_ended(process_id: int, then: Callable[[], None]) -> None:
    """Calls `then`, on a thread of its own, when the process has ended. One that is not there says nothing:
    the number may be of another container. Where the system can't tell of it nothing is called."""
    if sys.platform != "linux":
        return
    try:
        process = os.pidfd_open(process_id)
    except (OSError, OverflowError):
        return

    def wait() -> None:
        select.select([process], [], [])
        then()

    threading.Thread(target=wait, name="client process", daemon=True).start()
