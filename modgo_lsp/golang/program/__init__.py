"""The packages of one revision of the files."""
