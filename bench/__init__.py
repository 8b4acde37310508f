"""Every figure of the README, as a command that prints it beside a peer or a lower bound: make bench."""
