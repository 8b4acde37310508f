//go:build !cgo

package udf

// Without cgo there is no C host: modules can't be built, but tests with udftest run.

type backend struct{ absent }

func (*backend) ended() {}
