"""What an editor can ask, in plain data. Knows no protocol."""
