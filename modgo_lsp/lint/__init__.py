"""Runs the rules over a workspace: configuration, selection, suppression."""
