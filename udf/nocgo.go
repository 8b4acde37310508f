//go:build !cgo

package udf

// Without cgo there is no C host. Modules can't be built, but tests with udftest run.

type backend struct{ noRecord }

func (*backend) reset() {}
