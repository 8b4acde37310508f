"""Findings and results as text and JSON: one file a format."""
