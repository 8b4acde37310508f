"""Meaning to findings: one file a rule."""
