"""Commands of workspace/executeCommand."""
