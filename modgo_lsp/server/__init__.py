"""The language server: translates between LSP and the other packages."""
