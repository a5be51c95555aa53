package yamlx

import (
	"encoding/base64"
	"errors"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// scalar returns what a single value means: nil, bool, int64, uint64, float64 or
// string. It reports false for a list or mapping.
func scalar(node *yaml.Node) (value any, ok bool) {
	switch {
	case node.Kind != yaml.ScalarNode:
		return nil, false
	case node.Style&yaml.TaggedStyle != 0:
		return tagged(node), true
	case quoted(node):
		return node.Value, true
	}
	return Plain(node.Value), true
}

// quoted reports whether a value is text by the way in which it is written.
func quoted(node *yaml.Node) bool {
	return node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// tagged gives a value with an explicit tag. Tags that are not known mean text.
func tagged(node *yaml.Node) any {
	if node.Tag == "!" {
		return node.Value
	}
	switch node.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		return Plain(node.Value)
	case "!!binary":
		if data, err := base64.StdEncoding.DecodeString(node.Value); err == nil {
			return string(data)
		}
	}
	return node.Value
}

// Plain gives the meaning of a text without quotes, by YAML 1.1: nil, bool, int64,
// uint64, float64, or the text itself. There yes is a boolean, and 010 is
// eight. Infinity, NaN and dates stay text.
func Plain(text string) any {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false
	}
	if !strings.Contains("+-.0123456789", text[:1]) {
		return text
	}
	return number(text)
}

var float = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// number returns the text if it is none.
func number(text string) any {
	digits := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return u
	}
	if float.MatchString(digits) {
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			return f
		}
	}
	return text
}

// sortOf names the sort of a value for people.
func sortOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	value, _ := scalar(node)
	return sort(value)
}

func sort(value any) string {
	switch value.(type) {
	case nil:
		return "nothing"
	case bool:
		return "true or false"
	case string:
		return "text"
	}
	return "a number"
}

// setScalar sets a string, boolean, number or time.Duration.
func setScalar(out reflect.Value, node *yaml.Node) error {
	value, isScalar := scalar(node)
	text, isText := value.(string)
	switch {
	case out.Kind() == reflect.String && isText:
		out.SetString(text)
	case out.Kind() == reflect.String && isScalar:
		out.SetString(node.Value) // a number or boolean, taken as it is written
	case out.Kind() == reflect.String:
		return wrong("text", node)
	case out.Kind() == reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return wrong("true or false", node)
		}
		out.SetBool(b)
	case isText && out.Type() == reflect.TypeFor[time.Duration]():
		return setDuration(out, text)
	case sort(value) != "a number":
		return wrong("a number", node)
	case !setNumber(out, value):
		return errors.New("the number is out of range")
	}
	return nil
}

func setDuration(out reflect.Value, text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("want a duration such as 10s or 1m30s")
	}
	out.SetInt(int64(d))
	return nil
}

// setNumber reports whether the number fits. Fractions are cut off where a whole
// number is wanted.
func setNumber(out reflect.Value, value any) bool {
	switch out.Kind() {
	case reflect.Float32, reflect.Float64:
		f := reflect.ValueOf(value).Convert(reflect.TypeFor[float64]()).Float()
		out.SetFloat(f)
		return !out.OverflowFloat(f)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		u, ok := unsigned(value)
		out.SetUint(u)
		return ok && !out.OverflowUint(u)
	}
	i, ok := signed(value)
	out.SetInt(i)
	return ok && !out.OverflowInt(i)
}

func signed(value any) (int64, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), v >= math.MinInt64 && v < math.MaxInt64
	}
	return 0, false // beyond what int64 holds
}

func unsigned(value any) (uint64, bool) {
	switch v := value.(type) {
	case int64:
		return uint64(v), v >= 0
	case uint64:
		return v, true
	case float64:
		return uint64(v), v >= 0 && v < math.MaxUint64
	}
	return 0, false
}
