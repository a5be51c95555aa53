package all_test

import (
	"reflect"
	"strings"
	"testing"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

// withoutFile are the secrets that have no variant in a file of their own, each
// with the reason.
func withoutFile() map[string]string {
	const many = "one of many values; http_config has http_headers with files"
	return map[string]string{
		"ntfy actions.headers": many,
		"http headers":         many,
		"http query":           "one of many values; url_file may hold the whole URL",

		"http update.headers": many,
		"http update.query":   "one of many values; url_file may hold the whole URL",
	}
}

// TestSecretsHaveFiles wants a key for a file beside each key for a secret.
func TestSecretsHaveFiles(t *testing.T) {
	excused, seen := withoutFile(), 0
	for _, kind := range all.Kinds() {
		for _, settings := range []any{kind.Defaults(), kind.Globals()} {
			if settings == nil {
				continue
			}
			for key, lacks := range secretKeys(reflect.TypeOf(settings), "") {
				seen++
				name := kind.Name + " " + key
				if _, ok := excused[name]; ok == lacks {
					delete(excused, name)
					continue
				}
				t.Errorf("%s: a secret without %s_file (or with one, and excused)", name, key)
			}
		}
	}
	for name := range excused {
		t.Errorf("%s is excused and does not exist", name)
	}
	if seen < 40 {
		t.Errorf("only %d secrets were found: the test does not see them", seen)
	}
}

// secretKeys returns the keys of secrets and whether they lack a variant in a
// file. http_config is not ours.
func secretKeys(typ reflect.Type, above string) map[string]bool {
	found := make(map[string]bool)
	collect(typ, above, found)
	for key := range found {
		found[key] = !has(typ, strings.TrimPrefix(key, above)+"_file")
	}
	return found
}

func collect(typ reflect.Type, above string, found map[string]bool) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[commoncfg.HTTPClientConfig]() || typ == reflect.TypeFor[commoncfg.TLSConfig]() {
		return
	}
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		inner := field.Type
		if k := inner.Kind(); k == reflect.Map || k == reflect.Slice {
			inner = inner.Elem()
		}
		switch {
		case !field.IsExported() || name == "-":
		case notify.Hides(inner):
			found[above+name] = true
		case strings.Contains(options, "inline"):
			collect(inner, above, found)
		default:
			collect(inner, above+name+".", found)
		}
	}
}

// has reports whether a type has a key, given with those above it.
func has(typ reflect.Type, key string) bool {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return false
	}
	first, rest, deeper := strings.Cut(key, ".")
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case strings.Contains(options, "inline") && has(field.Type, key):
			return true
		case name == first && name != "":
			return !deeper || has(field.Type, rest)
		}
	}
	return false
}
