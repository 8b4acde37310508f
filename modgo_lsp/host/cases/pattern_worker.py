"""The process that compiles and searches the patterns of pattern_search.py: a line of JSON for each request,
[seconds, pattern, text or null], and for each answer, [found, seconds used] or [what is wrong, seconds].

Python's regular expressions can take exponential time and hold Python's lock meanwhile. Here the kernel ends
the process when its processor time is used up.
"""

from __future__ import annotations

import json
import re
import resource
import signal
import sys
import time
from contextlib import suppress

_MEMORY = 1 << 30


def main() -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with suppress(ValueError, OSError):  # a lower limit holds already
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for line in sys.stdin.buffer:
        seconds, pattern, text = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        start = time.process_time()
        answer = _answer(pattern, text)
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps([answer, time.process_time() - start]), flush=True)


def _answer(pattern: str, text: str | None) -> bool | str:
    try:
        compiled = re.compile(pattern)
        return text is not None and compiled.search(text) is not None
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    except MemoryError:
        return "it takes too much memory"
