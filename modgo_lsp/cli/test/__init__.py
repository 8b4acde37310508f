"""`modgo test`: `command.py` has the options, `run.py` does it."""
