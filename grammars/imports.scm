; A file's package name and the paths that it imports. Read by modgo_lsp/golang/syntax/file_header.py.
(package_clause name: (_) @package)
(import_spec path: (_) @path)
