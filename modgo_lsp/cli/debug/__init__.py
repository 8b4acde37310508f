"""`modgo debug`: `command.py` has the options; prompt, server and adapter debug the same program."""
