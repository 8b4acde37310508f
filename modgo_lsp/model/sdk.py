"""The SDK's names that tools depend on, and Aerospike's limit on bin names. The types are in sdk_types.py."""

SDK_PATH = "github.com/GeertJohan/aerospike-mod-go/udf"
SDK_NAME = "udf"
BIN_NAME_MAX = 15  # bytes
