package httpany

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// request renders a request. It returns the secrets in it, too, so that they can
// be hidden should the service repeat them.
func (s sender) request(n *notify.Notification, r Request) (req *http.Request, secrets []string, err error) {
	target, err := s.target(n, r)
	if err != nil {
		return nil, nil, err
	}
	body, contentType, err := s.body(n, r)
	if err != nil {
		return nil, nil, err
	}
	// The client sets the context when it sends.
	req, err = http.NewRequestWithContext(context.Background(), r.method(), target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("url: cannot be asked for")
	}
	for name, value := range r.Headers {
		rendered := headerValue(n.Value(template.Text(value)))
		if rendered == "" {
			continue
		}
		setHeader(req, name, rendered)
		secrets = append(secrets, worthHiding(rendered)...)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	key, err := s.Signature.sign(req.Header, body, s.now())
	return req, append(secrets, key), err
}

func (r Request) method() string { return cmp.Or(r.Method, http.MethodPost) }

// target is the URL with the query. What is rendered to nothing is left out.
func (s sender) target(n *notify.Notification, r Request) (*url.URL, error) {
	text, err := n.RenderURL(r.URL, r.URLFile)
	if err != nil {
		return nil, err
	}
	target, err := notify.ParseURL(text)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	added := make(url.Values)
	for name, value := range r.Query {
		if rendered := n.Value(template.Text(value)); rendered != "" {
			added.Set(name, rendered)
		}
	}
	target.RawQuery = strings.Trim(target.RawQuery+"&"+added.Encode(), "&")
	return target, nil
}

// body renders the body, which fits into what is allowed, and its type.
func (s sender) body(n *notify.Notification, r Request) (body []byte, contentType string, err error) {
	const typeJSON = "application/json"
	if r.Text != "" {
		contentType = cmp.Or(r.ContentType, "text/plain; charset=utf-8")
		text := n.Text(r.Text)
		if s.MaxBytes > 0 && strings.HasPrefix(contentType, "text/") {
			text = s.deps.CutBodyBytes(integration, n, "text", text, int(min(s.MaxBytes, 1<<30)))
		}
		body = []byte(text)
	} else {
		value := any(n.Payload(0))
		switch {
		case r.JSON != nil:
			value = structure(n, r.JSON)
		case slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodDelete}, r.method()):
			return nil, r.ContentType, nil
		}
		contentType = cmp.Or(r.ContentType, typeJSON)
		if body, err = json.Marshal(value); err != nil {
			return nil, "", fmt.Errorf("json: %w", err)
		}
		body = append(body, '\n')
	}
	if s.MaxBytes > 0 && uint64(len(body)) > s.MaxBytes {
		return s.deps.Fit(integration, n, body, s.MaxBytes), typeJSON, nil
	}
	return body, contentType, nil
}

// structure renders the templates within a value. A string that is no template
// stays as it is. What a template renders is read as JSON if it is that, so that
// 3 becomes a number, and is a string if not.
func structure(n *notify.Notification, value any) any {
	switch v := value.(type) {
	case string:
		if !strings.Contains(v, "{{") {
			return v
		}
		rendered := n.Text(template.Text(v))
		if read, err := decode([]byte(rendered)); err == nil {
			return read
		}
		return rendered
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = structure(n, item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[n.Text(template.Text(key))] = structure(n, item)
		}
		return object
	}
	return value
}

// setHeader knows the header that is no header to net/http.
func setHeader(req *http.Request, name, value string) {
	if strings.EqualFold(name, "Host") {
		req.Host = value
		return
	}
	req.Header.Set(name, value)
}

// headerValue has blanks in place of what a header cannot have.
func headerValue(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, text))
}

func unprintable(r rune) bool { return unicode.IsControl(r) }

// worthHiding are the parts of a header that are too long to be words.
func worthHiding(value string) []string {
	const short = 8
	parts := append([]string{value}, strings.Fields(value)...)
	return slices.DeleteFunc(parts, func(part string) bool { return len(part) < short })
}
