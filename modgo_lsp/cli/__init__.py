"""The command modgo: one file a subcommand, or a folder with its `command.py`."""
