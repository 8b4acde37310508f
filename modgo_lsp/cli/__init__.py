"""The command modgo: one file a subcommand."""
