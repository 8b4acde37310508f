"""The protocol: messages, their framing and types, capabilities, and the table of methods."""
