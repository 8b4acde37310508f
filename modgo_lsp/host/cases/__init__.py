"""Case files: calls with what they should do."""
