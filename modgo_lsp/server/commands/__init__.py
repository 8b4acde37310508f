"""Commands of workspace/executeCommand.

A command's file is imported when the command first runs: most sessions never build, and build/ and host/ take
60 ms to import.
"""
