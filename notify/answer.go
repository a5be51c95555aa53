package notify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Fields returns the fields of the JSON object in an answer. If the object breaks
// off, because it is too long or the connection was lost, Fields returns those
// that are complete and an error: services repeat messages, and often say first
// what became of them.
func (a *Answer) Fields() (map[string]json.RawMessage, error) {
	fields := make(map[string]json.RawMessage)
	d := json.NewDecoder(bytes.NewReader(a.Body))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return fields, errors.New("no JSON object")
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fields, fmt.Errorf("read JSON: %w", err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fields, fmt.Errorf("read JSON: %w", err)
		}
		fields[fmt.Sprint(name)] = value
	}
	if _, err := d.Token(); err != nil {
		return fields, fmt.Errorf("read JSON: %w", err)
	}
	return fields, nil
}

// Unclear is an error for an answer that has the status of a success but cannot
// be understood. It may be tried again, and counts as a client error. It does
// not show the URL of the request.
func Unclear(req *http.Request, why string) error {
	text := "unclear answer: " + concealer(req.URL).Replace(why)
	return concealed{text: excerpt([]byte(text)), err: &StatusError{Code: http.StatusBadRequest}}
}
