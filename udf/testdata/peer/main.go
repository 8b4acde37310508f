// Command peer reads msgpack as the SDK does and writes it again, one request after another: a byte of type
// (aerospike_udf_go_type), 4 bytes of length, the document. It answers 0 and the document, or 1 and why not. The
// tests compare that with Aerospike's own msgpack.
package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	_ "github.com/GeertJohan/aerospike-mod-go/udf" // declares the types that udf has beside Go's own
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var head [5]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		document := make([]byte, binary.LittleEndian.Uint32(head[1:]))
		if _, err := io.ReadFull(in, document); err != nil {
			os.Exit(1)
		}
		status, text := byte(0), []byte(nil)
		again, err := thereAndBack(value.Type(head[0]), document)
		if err != nil {
			status, text = 1, []byte(err.Error())
		} else {
			text = again
		}
		out.WriteByte(status)
		out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
		out.Write(text)
		out.Flush()
	}
}

func thereAndBack(typ value.Type, document []byte) ([]byte, error) {
	v, err := value.ToAny(value.OfBytes(typ, document))
	if err != nil {
		return nil, err
	}
	raw, _, err := value.Encode(v, nil)
	return raw.Bytes(), err
}
