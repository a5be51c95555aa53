package notify

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	tests := []struct{ text, problem string }{
		{"http://example", ""},
		{"HTTPS://u:p@example:8080/a?b#c", ""},
		{"http://[::1]:80", ""},
		{"", "unsupported scheme, want http or https"},
		{"<secret>", "unsupported scheme, want http or https"},
		{"example/token", "unsupported scheme, want http or https"},
		{"ftp://example/token", "unsupported scheme, want http or https"},
		{"http:token", "missing host"},
		{"http:///token", "missing host"},
		{"http://h:token", "not a URL"},
		{"http://h/token%zz", "not a URL"},
		{"http://h/token\n", "not a URL"},
	}
	for _, test := range tests {
		u, err := ParseURL(test.text)
		switch {
		case test.problem == "" && (err != nil || u.String() == ""):
			t.Errorf("ParseURL(%q) = %v, %v", test.text, u, err)
		case test.problem != "" && (err == nil || err.Error() != test.problem):
			t.Errorf("ParseURL(%q): error %v, want %s", test.text, err, test.problem)
		}
	}
}

func TestConcealURL(t *testing.T) {
	const target = "https://tony:pass-word@h.example/hooks/T0-secret-token/a%2Fb%2Fc-token?key=another%20token&v=1"
	u, err := ParseURL(target)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ text, want string }{
		{"dial tcp: lookup h.example: no such host", "Post: dial tcp: lookup h.example: no such host"},
		{"cannot POST " + u.RequestURI(), "Post: cannot POST <secret>"},
		{"cannot POST " + u.EscapedPath() + ".", "Post: cannot POST <secret>."},
		{"cannot POST " + u.Path, "Post: cannot POST <secret>"},
		{"T0-secret-token is wrong", "Post: <secret> is wrong"},
		{"a/b/c-token and a%2Fb%2Fc-token", "Post: <secret> and <secret>"},
		{"another token, another+token", "Post: <secret>, <secret>"},
		{"wrong pass-word for tony", "Post: wrong <secret> for tony"},
		{"version 1 of hooks", "Post: version 1 of hooks"},
	}
	for _, test := range tests {
		got := concealURL(&url.Error{Op: "Post", URL: target, Err: errors.New(test.text)}, u).Error()
		if got != test.want {
			t.Errorf("%q is shown as %q, want %q", test.text, got, test.want)
		}
	}
}

func TestConcealURLKeepsCause(t *testing.T) {
	u := &url.URL{Scheme: "http", Host: "h", Path: "/token"}
	err := concealURL(&url.Error{Op: "Post", URL: u.String(), Err: context.DeadlineExceeded}, u)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is no context.DeadlineExceeded any more", err)
	}
}

func FuzzConcealer(f *testing.F) {
	f.Add("http://h/hooks/a-long-token", "x a-long-token")
	f.Add("http://u:pass-word-1@h/a%2fb%zz?q=1&q=another-token", "pass-word-1")
	f.Add("http://h/%F0%9F%94%A5/?=%20%20%20%20%20%20%20%20", "")
	f.Fuzz(func(t *testing.T, target, around string) {
		u, err := ParseURL(target)
		if err != nil {
			return
		}
		for _, part := range []string{u.RequestURI(), u.Path} {
			if len(part) < 8 || strings.Contains(hidden, part) {
				continue
			}
			if got := concealer(u).Replace("(" + part + ")"); strings.Contains(got, part) {
				t.Errorf("%q is shown in %q", part, got)
			}
		}
		_ = concealer(u).Replace(around)
	})
}
