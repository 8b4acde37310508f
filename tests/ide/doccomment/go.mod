module example.com/doccomment

go 1.24
