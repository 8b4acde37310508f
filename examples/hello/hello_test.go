package hello

import "testing"

func TestGreet(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, "Hello, world!"},
		{[]string{"Ada"}, "Hello, Ada!"},
		{[]string{"Ada", "Grace"}, "Hello, Ada, Grace!"},
	} {
		if got := Greet(c.names...); got != c.want {
			t.Errorf("Greet(%q) = %q, want %q", c.names, got, c.want)
		}
	}
}
