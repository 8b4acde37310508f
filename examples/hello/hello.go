// Package hello is the smallest UDF module: one function without parameters, one with arguments.
package hello

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("hello", HelloWorld)
	udf.Register("greet", Greet)
}

// HelloWorld greets the world. It takes no record, so it returns the same for every key.
func HelloWorld() string {
	return "Hello, world!"
}

// Greet greets each of names, or the world if there are none.
func Greet(names ...string) string {
	if len(names) == 0 {
		return HelloWorld()
	}
	greeting := "Hello"
	for _, name := range names {
		greeting += ", " + name
	}
	return greeting + "!"
}
