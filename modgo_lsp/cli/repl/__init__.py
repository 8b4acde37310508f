"""`modgo repl`: `command.py` has the options, `session.py` runs lines."""
