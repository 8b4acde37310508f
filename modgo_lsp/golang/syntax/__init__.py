"""Text to trees: documents, edits, positions, an abstract syntax tree after go/ast. Knows no UDFs."""
