"""The end of another process: of the editor, whose server has nobody to serve then though its input may stay
open; of the server, for which nobody need look through a workspace any more.

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

    threading.Thread(target=wait, name=f"end of {process_id}", daemon=True).start()
