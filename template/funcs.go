package template

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/helpers/templates"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

var (
	errDictOdd = errors.New("dict: a key without a value")
	errDictKey = errors.New("dict: key is not a string")
)

// funcs returns what templates can call besides Go's own functions, all but
// routeLabels, which depends on the notification.
func funcs() map[string]any {
	return map[string]any{
		"toUpper":      strings.ToUpper,
		"toLower":      strings.ToLower,
		"title":        title,
		"trimSpace":    strings.TrimSpace,
		"join":         func(sep string, list []string) string { return strings.Join(list, sep) },
		"match":        regexp.MatchString,
		"reReplaceAll": reReplaceAll,
		"safeHtml":     func(s string) htmltemplate.HTML { return htmltemplate.HTML(s) },
		"safeUrl":      func(s string) htmltemplate.URL { return htmltemplate.URL(s) },
		"urlUnescape":  url.QueryUnescape,

		"stringSlice": func(list ...string) []string { return list },
		"list":        func(list ...any) []any { return slices.Concat([]any{}, list) },
		"append":      func(list []any, more ...any) []any { return slices.Concat(list, more) },
		"dict":        dict,

		"date":             func(layout string, t time.Time) string { return t.Format(layout) },
		"tz":               inZone,
		"now":              time.Now,
		"since":            time.Since,
		"humanizeDuration": templates.HumanizeDuration,
		"toDate":           toDate,
		"mustToDate":       mustToDate,

		"toJson":       toJSON,
		"base64encode": func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
		"base64decode": base64decode,
	}
}

// title makes a new caser each time because a caser has state.
func title(s string) string { return cases.Title(language.AmericanEnglish).String(s) }

func reReplaceAll(pattern, replacement, text string) (string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	return re.ReplaceAllString(text, replacement), nil
}

func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errDictOdd
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%w: %v", errDictKey, pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

func inZone(name string, t time.Time) (time.Time, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.Time{}, err
	}
	return t.In(zone), nil
}

func toDate(layout, s string) time.Time {
	t, err := mustToDate(layout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func mustToDate(layout, s string) (time.Time, error) {
	return time.ParseInLocation(layout, s, time.UTC)
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func base64decode(s string) (string, error) {
	b, err := base64.URLEncoding.DecodeString(s)
	return string(b), err
}
