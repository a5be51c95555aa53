package client

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// defaultHost is where a daemon on the same machine listens.
const defaultHost = "localhost:9093"

// ParseAddress reads the address of a daemon as people write it. Without a scheme
// it is HTTP, without a host the daemon on the same machine. The path is kept,
// a query and a fragment (as a browser shows them) are not.
func ParseAddress(text string) (*url.URL, error) {
	u, err := url.Parse(withScheme(text))
	if err != nil {
		// The text of the error has the address, in which there may be a password.
		return nil, errors.New("not a URL such as http://localhost:9093/prefix")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%s: the scheme must be http or https", u.Redacted())
	}
	if u.Host == "" {
		u.Host = defaultHost
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath, u.RawQuery, u.Fragment, u.RawFragment = "", "", "", ""
	return u, nil
}

func withScheme(text string) string {
	switch {
	case strings.Contains(text, "://"):
		return text
	case strings.HasPrefix(text, "//"):
		return "http:" + text
	}
	return "http://" + text
}
