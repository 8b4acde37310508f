"""Every figure that the README states, as a command that prints it beside a peer or a floor: make bench."""
