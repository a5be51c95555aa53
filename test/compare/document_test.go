package compare_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// object is a JSON object that knows the order of its keys.
type object struct {
	keys   []string
	values map[string]any
}

// parseDocument reads the first JSON value of a text. Objects are *object, lists
// are []any, and everything else is as encoding/json has it.
func parseDocument(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return readValue(dec)
}

func readValue(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readObject(dec)
	case json.Delim('['):
		return readList(dec)
	}
	return token, nil
}

func readObject(dec *json.Decoder) (*object, error) {
	o := &object{values: map[string]any{}}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name := fmt.Sprint(key)
		value, err := readValue(dec)
		if err != nil {
			return nil, err
		}
		o.keys = append(o.keys, name)
		o.values[name] = value
	}
	_, err := dec.Token() // the bracket that closes it
	return o, err
}

func readList(dec *json.Decoder) ([]any, error) {
	list := []any{}
	for dec.More() {
		value, err := readValue(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := dec.Token()
	return list, err
}

// at returns what stands under a path of keys, nil if nothing does.
func (o *object) at(path ...string) any {
	var value any = o
	for _, key := range path {
		inner, ok := value.(*object)
		if !ok {
			return nil
		}
		value = inner.values[key]
	}
	return value
}

// text shows a value in short, with the keys of objects sorted.
func text(value any) string {
	switch v := value.(type) {
	case *object:
		parts := make([]string, 0, len(v.keys))
		for _, key := range slices.Sorted(slices.Values(v.keys)) {
			parts = append(parts, key+":"+text(v.values[key]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = text(item)
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(value)
}

// isEmpty reports whether there is nothing in a list or object.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case *object:
		return len(v.keys) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
