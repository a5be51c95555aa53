package notify

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ParseURL reads the URL of a service. Errors do not repeat it, since it may
// hold a token.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("unsupported scheme, want http or https")
	case u.Host == "":
		return nil, errors.New("missing host")
	}
	return u, nil
}

// concealURL hides the URL of a request in an error of package http.
func concealURL(err error, u *url.URL) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = fmt.Errorf("%s: %w", outer.Op, outer.Err)
	}
	return concealed{text: concealer(u).Replace(err.Error()), err: err}
}

// concealed is an error with another text.
type concealed struct {
	text string
	err  error
}

func (e concealed) Error() string { return e.text }
func (e concealed) Unwrap() error { return e.err }

// concealer replaces what may be secret in a URL wherever a text repeats it: in
// where a redirect leads, or in a page that says what was not found. Short
// parts are left, since they are words rather than tokens.
func concealer(u *url.URL) *strings.Replacer {
	const short = 8
	var pairs []string
	add := func(least int, parts ...string) {
		for _, part := range parts {
			if len(part) >= least {
				pairs = append(pairs, part, hidden)
			}
		}
	}
	add(2, u.RequestURI(), u.EscapedPath(), u.Path)
	password, _ := u.User.Password()
	add(short, u.User.Username(), password)
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		plain, _ := url.PathUnescape(segment)
		add(short, segment, plain)
	}
	for _, values := range u.Query() {
		for _, value := range values {
			add(short, value, url.QueryEscape(value))
		}
	}
	return strings.NewReplacer(pairs...)
}
