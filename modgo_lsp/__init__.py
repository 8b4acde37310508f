"""modgo: write, check, build and run Aerospike UDFs in Go."""

__version__ = "0.1.0"
