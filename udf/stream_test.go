package udf

import (
	"slices"
	"strings"
	"testing"
)

func TestStreamStages(t *testing.T) {
	numbers := func() *Stream { return &Stream{slices.Values([]any{1, 2, 3, 4})} }
	add := func(a, b int) int { return a + b }
	even := Filter(numbers(), func(n int) bool { return n%2 == 0 })
	if got := slices.Collect(elements[int](even)); !slices.Equal(got, []int{2, 4}) {
		t.Error(got)
	}
	texts := Map(even, func(n int) string { return strings.Repeat("x", n) })
	if got := slices.Collect(elements[string](texts)); !slices.Equal(got, []string{"xx", "xxxx"}) {
		t.Error(got)
	}
	lengths := Aggregate(texts, 10, func(sum int, s string) int { return sum + len(s) })
	if got := slices.Collect(elements[int](lengths)); !slices.Equal(got, []int{16}) {
		t.Error(got)
	}
	if got := slices.Collect(elements[int](Reduce(numbers(), add))); !slices.Equal(got, []int{10}) {
		t.Error(got)
	}
	if got := slices.Collect(elements[int](Reduce(new(Stream), add))); len(got) != 0 {
		t.Error(got)
	}
	for n := range elements[int](numbers()) { // a reader that stops early
		if n == 2 {
			break
		}
	}
	defer func() {
		if text, _ := recover().(string); text != "a stage of the stream takes *udf.Record, the one before it gives int" {
			t.Error(text)
		}
	}()
	for range numbers().Records() {
		t.Error("a number is a record")
	}
}
