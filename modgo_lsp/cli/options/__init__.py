"""Options and arguments that several subcommands take."""
