; What a directive may be, where its first bytes are those of one. Read by modgo_lsp/golang/syntax/directives.py.
; Without a predicate: the binding decodes the text for one, and fails where that is not UTF-8.
(comment) @comment
