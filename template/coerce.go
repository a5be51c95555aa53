package template

// Coerce renders a structured value: webhook payloads, PagerDuty details,
// Jira fields. Every string is rendered and then read as YAML 1.1; unless that
// gives a string again (or fails) its result replaces the string, so that "3"
// becomes a number and `{"a": 1}` an object. Such results are final: strings
// in them are not rendered. Map keys are rendered and stay text, and keys that
// are no strings are dropped. Numbers, booleans and nil are unchanged.
//
// The result consists of map[string]any, []any, string, bool, nil and numbers
// that JSON can express. The value given is not changed. What to do when
// rendering fails is the business of render.
func (*Set) Coerce(value any, render func(Text) string) any {
	return coerce(value, render)
}

func coerce(value any, render func(Text) string) any {
	switch v := value.(type) {
	case string:
		return coerceText(render(Text(v)))
	case Text:
		return coerceText(render(v))
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = coerce(item, render)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[render(Text(key))] = coerce(item, render)
		}
		return m
	case map[any]any:
		return coerce(stringKeys(v), render)
	default:
		return value
	}
}

func stringKeys(m map[any]any) map[string]any {
	named := make(map[string]any, len(m))
	for key, item := range m {
		if name, ok := key.(string); ok {
			named[name] = item
		}
	}
	return named
}

func coerceText(text string) any {
	value, ok := parseYAML(text)
	if _, isText := value.(string); isText || !ok {
		return text
	}
	return value
}
