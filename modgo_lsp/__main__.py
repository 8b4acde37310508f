"""`python -m modgo_lsp` is the command `modgo`."""

from modgo_lsp.cli.main import main

if __name__ == "__main__":
    main()
