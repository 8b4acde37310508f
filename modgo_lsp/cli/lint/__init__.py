"""`modgo lint`: `command.py` has the options, `run.py` does it."""
