package notify

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// Hides reports whether texts of a type, such as Secret, are hidden where they are
// shown in YAML.
func Hides(typ reflect.Type) bool {
	if typ.Kind() != reflect.String {
		return false
	}
	value := reflect.New(typ).Elem()
	value.SetString("visible")
	m, ok := reflect.TypeAssert[yaml.Marshaler](value)
	if !ok {
		return false
	}
	shown, err := m.MarshalYAML()
	return err == nil && shown == hidden
}
