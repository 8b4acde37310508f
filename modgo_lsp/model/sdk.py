"""The SDK's names that tools depend on, and Aerospike's limit on bin names. The types are in sdk_types.py."""

SDK_PATH = "github.com/GeertJohan/aerospike-mod-go/udf"
SDK_NAME = "udf"
BIN_NAME_MAX = 15  # bytes

# Methods of udf.Record that read the bin named by their first argument.
READING = ("Bin", "Bool", "Bytes", "Float", "GeoJSON", "Int", "List", "Map", "String")
# Methods that read no bin, even as method values: `store := r.Create`.
NOT_READING = frozenset(
    {"Create", "Digest", "Exists", "Generation", "Key", "LastUpdate", "Remove"}
    | {"Set", "SetName", "SetTTL", "Size", "TTL", "Unset", "Update"}
)
