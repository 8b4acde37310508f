"""Objects, scopes, types, constants and operands, after go/types."""
