"""Compares lint's findings with an oracle on go/types, over generated Go modules."""
