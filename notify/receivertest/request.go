package receivertest

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// text is a request as people write it: method and path, sorted headers, an
// empty line, the body. Headers that depend on the client alone are left out.
func (r request) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL.RequestURI())
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			if !usual(name, value) {
				fmt.Fprintf(&b, "%s: %s\n", name, value)
			}
		}
	}
	if len(r.body) > 0 {
		fmt.Fprintf(&b, "\n%s", r.body)
		if !bytes.HasSuffix(r.body, []byte("\n")) {
			b.WriteString("\n\\ no newline at the end\n")
		}
	}
	return b.String()
}

func usual(name, value string) bool {
	return name == "Accept-Encoding" || name == "Content-Length" || name == "User-Agent" && value == userAgent
}

// parseAnswer reads a status, headers, an empty line and a body.
func parseAnswer(text string) (Answer, error) {
	status, rest, _ := strings.Cut(text, "\n")
	code, err := strconv.Atoi(strings.TrimSpace(status))
	if err != nil {
		return Answer{}, fmt.Errorf("read status of an answer: %w", err)
	}
	head, body, _ := strings.Cut("\n"+rest, "\n\n")
	a := Answer{Status: code, Header: make(map[string]string), Body: body}
	fields, err := textproto.NewReader(bufio.NewReader(strings.NewReader(strings.TrimPrefix(head, "\n") + "\n\n"))).ReadMIMEHeader()
	if err != nil {
		return Answer{}, fmt.Errorf("read headers of an answer: %w", err)
	}
	for name := range fields {
		a.Header[name] = fields.Get(name)
	}
	return a, nil
}
