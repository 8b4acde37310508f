package udf

// Which functions can be UDFs. The linter checks the same from source; the texts here are for the error of setup.

import (
	"context"
	"reflect"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

var (
	contextType = reflect.TypeFor[context.Context]()
	recordType  = reflect.TypeFor[*Record]()
	streamType  = reflect.TypeFor[*Stream]()
	errorType   = reflect.TypeFor[error]()
)

// signature describes how to call a function.
type signature struct {
	stream   bool // a stream UDF, else a record UDF
	context  bool // the first parameter is a context
	receiver bool // a parameter is the record or stream
	params   []reflect.Type
	variadic bool // the last of params is the slice of variadic arguments
	result   reflect.Type
	hasError bool // the last result is an error
}

// role is the role of a parameter.
type role int

const (
	argument role = iota
	contextRole
	recordRole
	streamRole
)

func roleOf(t reflect.Type) role {
	switch t {
	case contextType:
		return contextRole
	case recordType, recordType.Elem():
		return recordRole
	case streamType, streamType.Elem():
		return streamRole
	}
	return argument
}

// parseSignature returns the signature of a function type. problems are sentences, each with a remedy; there are none if
// the function can be a UDF.
func parseSignature(t reflect.Type) (s signature, problems []string) {
	s.variadic = t.IsVariadic()
	var record, stream bool
	var misplaced []string
	for i := range t.NumIn() {
		p := t.In(i)
		repeats := s.variadic && i == t.NumIn()-1
		r := roleOf(p)
		switch {
		case repeats:
			r = argument
		case r == recordRole || r == streamRole:
			if p.Kind() != reflect.Pointer {
				problems = append(problems, ordinal(i)+" is a "+p.String()+" by value; take a *"+p.String())
			}
		}
		switch r {
		case argument:
			s.params = append(s.params, p)
			if repeats {
				p = p.Elem()
			}
			if err := value.Supported(p); err != nil {
				problems = append(problems, ordinal(i)+": "+err.Error())
			}
			continue
		case contextRole:
			if i != 0 {
				misplaced = append(misplaced, "the context")
			}
			s.context = true
			continue
		}
		if s.receiver || len(s.params) > 0 {
			misplaced = append(misplaced, "the "+p.String())
		}
		s.receiver = true
		record = record || r == recordRole
		stream = stream || r == streamRole
	}
	s.stream = stream
	if record && stream {
		return s, append(problems, "it takes a record and a stream; a record UDF takes a *udf.Record, a stream UDF a *udf.Stream")
	}
	for _, what := range misplaced {
		problems = append(problems, what+" is out of place; the order is context, record or stream (each at most once), arguments")
	}
	return s, append(problems, s.parseResults(t)...)
}

func ordinal(i int) string { return "parameter " + strconv.Itoa(i+1) }

// parseResults sets the results of s, whose parameters are set.
func (s *signature) parseResults(t reflect.Type) (problems []string) {
	n := t.NumOut()
	if n > 2 {
		return []string{"it has " + strconv.Itoa(n) + " results; a UDF returns at most a value and an error"}
	}
	if n == 2 && t.Out(1) != errorType {
		problems = append(problems, "its second result is "+t.Out(1).String()+"; it can only be an error")
	}
	s.hasError = n > 0 && t.Out(n-1) == errorType
	if s.stream {
		if n == 0 || t.Out(0) != streamType {
			problems = append(problems, "the first result of a stream UDF must be a *udf.Stream")
		}
		return problems
	}
	switch {
	case n == 0 || n == 1 && s.hasError:
	case t.Out(0) == errorType:
		problems = append(problems, "the first of its two results is an error; the value comes first")
	default:
		s.result = t.Out(0)
		if err := value.Supported(s.result); err != nil {
			problems = append(problems, "result: "+err.Error())
		}
	}
	return problems
}
