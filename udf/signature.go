package udf

// Which functions can be UDFs. The linter makes the same judgement from source; the words here are for
// the error of setup.

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

// signature is what the SDK needs to know to call a function.
type signature struct {
	stream   bool // a stream UDF, else a record UDF
	context  bool // takes a context first
	receiver bool // takes the record or stream
	params   []reflect.Type
	variadic bool // the last of params is a slice of what may repeat
	result   reflect.Type
	fails    bool // gives an error last
}

// role is what a parameter is for.
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

// judge reads the type of a function; problems are sentences with a remedy, none where it can be a UDF.
func judge(t reflect.Type) (s signature, problems []string) {
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
	return s, append(problems, s.judgeResults(t)...)
}

func ordinal(i int) string { return "parameter " + strconv.Itoa(i+1) }

// judgeResults reads the results of a function whose parameters are known.
func (s *signature) judgeResults(t reflect.Type) (problems []string) {
	n := t.NumOut()
	if n > 2 {
		return []string{"it has " + strconv.Itoa(n) + " results; a UDF gives at most a value and an error"}
	}
	if n == 2 && t.Out(1) != errorType {
		problems = append(problems, "its second result is "+t.Out(1).String()+"; it can only be an error")
	}
	s.fails = n > 0 && t.Out(n-1) == errorType
	if s.stream {
		if n == 0 || t.Out(0) != streamType {
			problems = append(problems, "a stream UDF gives a *udf.Stream as its first result")
		}
		return problems
	}
	switch {
	case n == 0 || n == 1 && s.fails:
	case t.Out(0) == errorType:
		problems = append(problems, "its first of two results is an error; the value comes first")
	default:
		s.result = t.Out(0)
		if err := value.Supported(s.result); err != nil {
			problems = append(problems, "result: "+err.Error())
		}
	}
	return problems
}
