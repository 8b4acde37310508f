module github.com/GeertJohan/aerospike-mod-go/bench/client

go 1.25

require github.com/aerospike/aerospike-client-go/v8 v8.2.0

require (
	github.com/wadey/gocovmerge v0.0.0-20160331181800-b5bfa59ec0ad // indirect
	github.com/yuin/gopher-lua v1.1.1 // indirect
	golang.org/x/sync v0.10.0 // indirect
	golang.org/x/tools v0.28.0 // indirect
)
