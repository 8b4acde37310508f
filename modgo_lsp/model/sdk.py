"""The SDK's names that tools rely on, and Aerospike's limit on names of bins. sdk_types.py has the types."""

SDK_PATH = "github.com/GeertJohan/aerospike-mod-go/udf"
SDK_NAME = "udf"
BIN_NAME_MAX = 15  # bytes
