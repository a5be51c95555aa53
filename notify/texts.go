package notify

import (
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/template"
)

// templated is implemented by settings with templates in fields whose type does
// not say so.
type templated interface {
	// Templates returns the texts by the path of their key.
	Templates() map[string]template.Text
}

// Texts yields the templates of an entry, each with the path of its key, such as
// fields[0].title. Texts are values of type template.Text, and all strings in
// values of type any.
func (c config[C]) Texts() iter.Seq2[string, template.Text] {
	return func(yield func(string, template.Text) bool) {
		if !walkTexts("", reflect.ValueOf(c.settings), yield) {
			return
		}
		more, ok := any(c.settings).(templated)
		if !ok {
			return
		}
		texts := more.Templates()
		for _, path := range slices.Sorted(maps.Keys(texts)) {
			if !yield(path, texts[path]) {
				return
			}
		}
	}
}

// walkTexts goes through a value and reports whether to go on.
func walkTexts(path string, v reflect.Value, yield func(string, template.Text) bool) bool {
	if v.IsValid() && v.Type() == reflect.TypeFor[template.Text]() {
		return yield(path, template.Text(v.String()))
	}
	switch v.Kind() {
	case reflect.Struct:
		return walkFields(path, v, yield)
	case reflect.Pointer:
		return v.IsNil() || walkTexts(path, v.Elem(), yield)
	case reflect.Interface:
		return walkAny(path, v.Interface(), yield)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !walkTexts(fmt.Sprintf("%s[%d]", path, i), v.Index(i), yield) {
				return false
			}
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
			return strings.Compare(a.String(), b.String())
		}) {
			if !walkTexts(join(path, fmt.Sprint(key)), v.MapIndex(key), yield) {
				return false
			}
		}
	default:
	}
	return true
}

func walkFields(path string, v reflect.Value, yield func(string, template.Text) bool) bool {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if !field.IsExported() || name == "-" {
			continue
		}
		if !walkTexts(join(path, name), v.Field(i), yield) {
			return false
		}
	}
	return true
}

// walkAny goes through what a free value of the configuration can be.
func walkAny(path string, value any, yield func(string, template.Text) bool) bool {
	switch x := value.(type) {
	case string:
		return yield(path, template.Text(x))
	case []any:
		for i, item := range x {
			if !walkAny(fmt.Sprintf("%s[%d]", path, i), item, yield) {
				return false
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if !walkAny(join(path, key), x[key], yield) {
				return false
			}
		}
	}
	return true
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}
