package httpany

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Path leads to a value within JSON: names of fields and numbers of list items,
// from 0, joined by dots.
type Path string

func (p Path) check(key string) error {
	if slices.Contains(strings.Split(string(p), "."), "") {
		return fmt.Errorf("%s: %q is no path; want names and numbers joined by dots, such as data.items.0.id", key, string(p))
	}
	return nil
}

// in returns what is at the path, or nil if that is nothing or null.
func (p Path) in(value any) any {
	for part := range strings.SplitSeq(string(p), ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// decode reads one JSON value. Numbers stay as they are written.
func decode(body []byte) (any, error) {
	if !json.Valid(body) {
		return nil, fmt.Errorf("no JSON")
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	err := d.Decode(&value)
	return value, err
}

// text is a value in words: a string as it is, everything else as JSON.
func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(b)
}
