"""Requests of LSP, one file a method family."""
