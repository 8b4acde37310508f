; Directive comments: no blank after the slashes. Read by modgo_lsp/syntax/directives.py.
((comment) @directive
  (#match? @directive "^//(modgo:|go:|export[ \t])"))
