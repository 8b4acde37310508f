package value

// The reader of the server's msgpack dialect (see aerospike_udf_go.h). Its input comes from outside: it checks every
// length against the remaining bytes, and never panics.

import (
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"unsafe"
)

// Particle types: the first byte of a msgpack str is the type of the rest.
const (
	particleString  = 3
	particleBytes   = 4
	particleHLL     = 18
	particleGeoJSON = 23
)

var (
	errTruncated = errors.New("the msgpack of this list or map is truncated")
	errTrailing  = errors.New("the msgpack of this list or map has bytes after its end")
	errTooDeep   = errors.New("lists and maps nest deeper than " + strconv.Itoa(DepthMax) + " levels")
	errExt       = errors.New("the msgpack of this list or map has an ext entry where a value belongs")
	errOrder     = errors.New("the msgpack of this list or map has an order flag that Aerospike doesn't have")
	errUTF8      = errors.New("a string is not valid UTF-8")
)

// reader reads one msgpack document. The items that it returns point into b.
type reader struct {
	b       []byte
	off     int
	head    int    // where the list or map begins whose head was read last
	lenient bool   // strings need not be UTF-8
	shared  string // a copy of b that strings are cut from, "" before the first
}

// item is a scalar, or the head of a list or map. count is the number of bytes, or of the elements or pairs that
// follow, without the entry for the order. With more fields the compiler would no longer pass it in registers.
type item struct {
	typ     Type
	integer int64 // as in Raw
	first   *byte // of a string, bytes, GeoJSON or HLL
	count   int
}

// scalarItem returns the item of a value that is neither list nor map.
func scalarItem(raw Raw) item {
	return item{typ: raw.Type, integer: raw.Integer, first: raw.Data, count: int(raw.Length)}
}

// data returns the bytes of a string, bytes, GeoJSON or HLL.
func (it item) data() []byte {
	if it.first == nil {
		return nil
	}
	return unsafe.Slice(it.first, it.count)
}

// open starts to read raw. It returns the item of a scalar, or the head of a list or map.
func open(raw Raw, lenient bool) (reader, item, error) {
	switch raw.Type {
	case Nil, Boolean, Integer, Double:
		return reader{lenient: lenient}, item{typ: raw.Type, integer: raw.Integer}, nil
	case String, Bytes, GeoJSON, HLL:
		return reader{lenient: lenient}, scalarItem(raw), nil
	case List, Map:
		r := reader{b: raw.Bytes(), lenient: lenient}
		it, err := r.next()
		if err == nil && it.typ != raw.Type {
			err = errors.New("the msgpack holds " + article(it.typ) + ", not " + article(raw.Type) + " as announced")
		}
		return r, it, err
	}
	return reader{}, item{}, errors.New("there is no Aerospike type " + strconv.FormatUint(uint64(raw.Type), 10))
}

// close checks that the document was read to its end.
func (r *reader) close() error {
	if r.off != len(r.b) {
		return errTrailing
	}
	return nil
}

// take reads the next n bytes.
func (r *reader) take(n int) ([]byte, error) {
	if n < 0 || n > len(r.b)-r.off {
		return nil, errTruncated
	}
	b := r.b[r.off : r.off+n : r.off+n]
	r.off += n
	return b, nil
}

// unsigned reads a big-endian integer of 1, 2, 4 or 8 bytes.
func (r *reader) unsigned(size int) (uint64, error) {
	b, err := r.take(size)
	if err != nil {
		return 0, err
	}
	switch size {
	case 1:
		return uint64(b[0]), nil
	case 2:
		return uint64(binary.BigEndian.Uint16(b)), nil
	case 4:
		return uint64(binary.BigEndian.Uint32(b)), nil
	}
	return binary.BigEndian.Uint64(b), nil
}

// next reads one scalar, or the head of a list or map.
func (r *reader) next() (item, error) {
	head, err := r.take(1)
	if err != nil {
		return item{}, err
	}
	switch b := head[0]; {
	case b < 0x80:
		return item{typ: Integer, integer: int64(b)}, nil
	case b >= 0xe0:
		return item{typ: Integer, integer: int64(int8(b))}, nil
	case b < 0x90:
		return r.mapHead(uint64(b&0x0f), 1)
	case b < 0xa0:
		return r.listHead(uint64(b&0x0f), 1)
	case b < 0xc0:
		return r.blob(uint64(b & 0x1f))
	default:
		return r.long(b)
	}
}

// long reads what begins with a byte from 0xc0 to 0xdf.
func (r *reader) long(b byte) (item, error) {
	switch b {
	case 0xc0:
		return item{typ: Nil}, nil
	case 0xc2, 0xc3:
		return item{typ: Boolean, integer: int64(b - 0xc2)}, nil
	case 0xca:
		n, err := r.unsigned(4)
		f := float64(math.Float32frombits(uint32(n)))
		return item{typ: Double, integer: int64(math.Float64bits(f))}, err
	case 0xcb:
		n, err := r.unsigned(8)
		return item{typ: Double, integer: int64(n)}, err
	case 0xcc, 0xcd, 0xce, 0xcf:
		n, err := r.unsigned(1 << (b - 0xcc))
		if n > math.MaxInt64 {
			return item{}, errors.New("the integer " + strconv.FormatUint(n, 10) + " is beyond Aerospike's 64 signed bits")
		}
		return item{typ: Integer, integer: int64(n)}, err
	case 0xd0, 0xd1, 0xd2, 0xd3:
		size := 1 << (b - 0xd0)
		n, err := r.unsigned(size)
		unused := 64 - 8*size // shifting there and back extends the sign
		return item{typ: Integer, integer: int64(n) << unused >> unused}, err
	case 0xc4, 0xc5, 0xc6: // the server reads a bin as it reads a str
		n, err := r.unsigned(1 << (b - 0xc4))
		if err != nil {
			return item{}, err
		}
		return r.blob(n)
	case 0xd9, 0xda, 0xdb:
		n, err := r.unsigned(1 << (b - 0xd9))
		if err != nil {
			return item{}, err
		}
		return r.blob(n)
	case 0xdc, 0xdd:
		size := 2 << (b - 0xdc)
		n, err := r.unsigned(size)
		if err != nil {
			return item{}, err
		}
		return r.listHead(n, 1+size)
	case 0xde, 0xdf:
		size := 2 << (b - 0xde)
		n, err := r.unsigned(size)
		if err != nil {
			return item{}, err
		}
		return r.mapHead(n, 1+size)
	case 0xc1:
		return item{}, errors.New("the msgpack of this list or map has the byte 0xc1, which msgpack doesn't use")
	}
	return item{}, errExt
}

// blob reads the n bytes of a str or bin, of which the first is the particle type.
func (r *reader) blob(n uint64) (item, error) {
	if n > uint64(len(r.b)-r.off) {
		return item{}, errTruncated
	}
	if n == 0 {
		return item{typ: Bytes}, nil // as the server reads it
	}
	b, err := r.take(int(n))
	if err != nil {
		return item{}, err
	}
	it := item{typ: Bytes, first: unsafe.SliceData(b[1:]), count: len(b) - 1}
	switch b[0] {
	case particleString:
		it.typ = String
	case particleGeoJSON:
		it.typ = GeoJSON
	case particleHLL:
		it.typ = HLL
	}
	return it, nil
}

// listHead reads the rest of the head of a list of n entries, after size bytes: the first entry may be the order.
func (r *reader) listHead(n uint64, size int) (item, error) {
	r.head = r.off - size
	if n > uint64(len(r.b)-r.off) { // each takes a byte at least: a made-up count allocates nothing
		return item{}, errTruncated
	}
	if n > 0 && r.orderFollows() {
		order, err := r.order()
		if err != nil {
			return item{}, err
		}
		if order > 1 {
			return item{}, errOrder
		}
		n--
	}
	return item{typ: List, count: int(n)}, nil
}

// mapHead reads the rest of the head of a map of n pairs, after size bytes: the first pair may be the order and nil.
func (r *reader) mapHead(n uint64, size int) (item, error) {
	r.head = r.off - size
	if n > uint64(len(r.b)-r.off)/2 {
		return item{}, errTruncated
	}
	if n > 0 && r.orderFollows() {
		order, err := r.order()
		if err != nil {
			return item{}, err
		}
		if order > 3 || order == 2 { // ordered by value alone doesn't exist
			return item{}, errOrder
		}
		b, err := r.take(1)
		if err != nil {
			return item{}, err
		}
		if b[0] != 0xc0 {
			return item{}, errors.New("the msgpack of this map has an order entry whose value isn't nil")
		}
		n--
	}
	return item{typ: Map, count: int(n)}, nil
}

// orderFollows reports whether an ext entry comes next.
func (r *reader) orderFollows() bool {
	if r.off >= len(r.b) {
		return false
	}
	b := r.b[r.off]
	return b >= 0xc7 && b <= 0xc9 || b >= 0xd4 && b <= 0xd8
}

// order reads the ext entry of length 0 that holds a collection's order, and returns its flags.
func (r *reader) order() (byte, error) {
	b, err := r.take(3)
	if err != nil {
		return 0, err
	}
	if b[0] != 0xc7 || b[1] != 0 {
		return 0, errExt
	}
	return b[2], nil
}

// skip reads past the elements of it.
func (r *reader) skip(it item, depth int) error {
	entries := it.count
	switch it.typ {
	case List:
	case Map:
		entries *= 2
	default:
		return nil
	}
	if depth >= DepthMax {
		return errTooDeep
	}
	for range entries {
		if r.skipScalar() {
			continue
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		if err := r.skip(next, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// skipScalar reads past a scalar if that is a short string or of a fixed size, as most are: five times faster than next.
func (r *reader) skipScalar() bool {
	if r.off >= len(r.b) {
		return false
	}
	n := int(scalarSizes[r.b[r.off]])
	if n == 0 || n > len(r.b)-r.off {
		return false
	}
	r.off += n
	return true
}

// scalarSizes are the sizes of scalars by their first byte, 0 for those that next must read.
var scalarSizes = func() (sizes [256]byte) {
	for b := range sizes {
		switch {
		case b < 0x80, b >= 0xe0, b == 0xc0, b == 0xc2, b == 0xc3:
			sizes[b] = 1
		case b >= 0xa0 && b < 0xc0:
			sizes[b] = byte(1 + b&0x1f)
		case b == 0xca, b == 0xce, b == 0xd2:
			sizes[b] = 5
		case b == 0xcb, b == 0xd3:
			sizes[b] = 9
		case b == 0xcc, b == 0xd0:
			sizes[b] = 2
		case b == 0xcd, b == 0xd1:
			sizes[b] = 3
		}
	}
	return sizes
}()
