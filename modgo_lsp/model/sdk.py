"""The names of the SDK that tools rely on. Not for: its types (sdk_types.py)."""

SDK_PATH = "github.com/GeertJohan/aerospike-mod-go/udf"
SDK_NAME = "udf"
