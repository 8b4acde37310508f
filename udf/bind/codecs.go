package bind

// The parts of codecs, for generated code: it can't import the internal package, which documents them.

import "github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

// What a codec reads from, and the shapes of its functions.
type (
	Reader = value.Reader
	Item   = value.Item

	// Decoder decodes an item, and the elements that follow it, into *p.
	Decoder[T any] = value.Decoder[T]
	// Encoder appends *p as msgpack.
	Encoder[T any] = value.Encoder[T]
)

// Codec makes decode and encode the codec of T. Only init functions call it.
func Codec[T any](keys string, decode Decoder[T], encode Encoder[T], encodeAny func([]byte, any, int) ([]byte, error)) {
	value.AddCodec(keys, decode, encode, encodeAny)
}

// Fields returns the number of pairs of a map that is decoded to the struct T.
func Fields[T any](it Item, depth int) (int, error) {
	return value.Fields[T](it, depth)
}

// InField prefixes an error with the field that it is about.
func InField[T string | []byte](name T, err error) error {
	return value.InField(name, err)
}

// AppendStruct appends the head of a struct with n fields.
func AppendStruct(dst []byte, n, depth int) ([]byte, error) {
	return value.AppendStruct(dst, n, depth)
}

// DecodeBoolean is a Decoder.
func DecodeBoolean[T ~bool](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeBoolean(r, it, p, depth)
}

// DecodeInteger is a Decoder.
func DecodeInteger[T value.Integers](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeInteger(r, it, p, depth)
}

// DecodeFloat is a Decoder.
func DecodeFloat[T value.Floats](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeFloat(r, it, p, depth)
}

// DecodeString is a Decoder, of strings that are not GeoJSON or BytesKey.
func DecodeString[T ~string](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeString(r, it, p, depth)
}

// DecodeBytes is a Decoder, of bytes that are not an HLL.
func DecodeBytes[T ~[]byte](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeBytes(r, it, p, depth)
}

// DecodeValue is a Decoder.
func DecodeValue(r *Reader, it Item, p *any, depth int) (err error) {
	return value.DecodeValue(r, it, p, depth)
}

// DecodeReflected is a Decoder of any supported type.
func DecodeReflected[T any](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeReflected(r, it, p, depth)
}

// DecodePointer decodes nil or what decode does.
func DecodePointer[E any](r *Reader, it Item, p **E, depth int, decode Decoder[E]) error {
	return value.DecodePointer(r, it, p, depth, decode)
}

// DecodeList decodes a list whose elements decode decodes.
func DecodeList[T ~[]E, E any](r *Reader, it Item, p *T, depth int, decode Decoder[E]) error {
	return value.DecodeList(r, it, p, depth, decode)
}

// DecodeIntegers is a Decoder of lists.
func DecodeIntegers[T ~[]E, E value.Integers](r *Reader, it Item, p *T, depth int) error {
	return value.DecodeIntegers(r, it, p, depth)
}

// DecodeMap decodes a map whose keys key decodes, and whose values decode.
func DecodeMap[T ~map[K]V, K comparable, V any](r *Reader, it Item, p *T, depth int, key func(*Reader, *K) error, decode Decoder[V]) error {
	return value.DecodeMap(r, it, p, depth, key, decode)
}

// KeyString decodes a map key that is a string.
func KeyString[K ~string](r *Reader, p *K) error {
	return value.KeyString(r, p)
}

// KeyInteger decodes a map key that is an integer.
func KeyInteger[K value.Integers](r *Reader, p *K) error {
	return value.KeyInteger(r, p)
}

// EncodeBoolean is an Encoder.
func EncodeBoolean[T ~bool](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeBoolean(dst, p, depth)
}

// EncodeInteger is an Encoder.
func EncodeInteger[T value.Integers](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeInteger(dst, p, depth)
}

// EncodeFloat is an Encoder.
func EncodeFloat[T value.Floats](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeFloat(dst, p, depth)
}

// EncodeString is an Encoder, of strings that are not GeoJSON or BytesKey.
func EncodeString[T ~string](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeString(dst, p, depth)
}

// EncodeBytes is an Encoder, of bytes that are not an HLL.
func EncodeBytes[T ~[]byte](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeBytes(dst, p, depth)
}

// EncodeValue is an Encoder.
func EncodeValue(dst []byte, p *any, depth int) ([]byte, error) {
	return value.EncodeValue(dst, p, depth)
}

// EncodeReflected is an Encoder of any supported type.
func EncodeReflected[T any](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeReflected(dst, p, depth)
}

// EncodePointer encodes nil or what encode does.
func EncodePointer[E any](dst []byte, p **E, depth int, encode Encoder[E]) ([]byte, error) {
	return value.EncodePointer(dst, p, depth, encode)
}

// EncodeList encodes a list whose elements encode encodes.
func EncodeList[T ~[]E, E any](dst []byte, p *T, depth int, encode Encoder[E]) ([]byte, error) {
	return value.EncodeList(dst, p, depth, encode)
}

// EncodeIntegers is an Encoder of lists.
func EncodeIntegers[T ~[]E, E value.Integers](dst []byte, p *T, depth int) ([]byte, error) {
	return value.EncodeIntegers(dst, p, depth)
}

// EncodeMap encodes a map whose keys key encodes, and whose values encode.
func EncodeMap[T ~map[K]V, K comparable, V any](dst []byte, p *T, depth int, key func(K) (value.Raw, error), encode Encoder[V]) ([]byte, error) {
	return value.EncodeMap(dst, p, depth, key, encode)
}

// RawString encodes a map key that is a string. It is checked when it is appended, as keyOf says.
func RawString[K ~string](k K) (value.Raw, error) {
	return value.RawString(k)
}

// RawInteger encodes a map key that is an integer.
func RawInteger[K value.Integers](k K) (value.Raw, error) {
	return value.RawInteger(k)
}
