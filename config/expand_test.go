package config

import (
	"errors"
	"strings"
	"testing"
)

// FuzzExpand wants that a text whose references are escaped is left as it was, and
// that what a reference stands for is not looked at again.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"", "$", "$${env:", "${env:A}${file:b}", "$$${env:A}", "${env:", "x$${file:y}}", "${env:${file:x}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := strings.NewReplacer(envReference, "$"+envReference, fileReference, "$"+fileReference).Replace(text)
		got, err := expand(escaped, func(string) (string, error) { return "", errors.New("looked up") })
		if err != nil || got != text {
			t.Errorf("%q escaped as %q is %q, %v", text, escaped, got, err)
		}
		const value = "${env:A}${file:B}$"
		wrapped := strings.ReplaceAll(escaped, "$", "-") + "${env:X}"
		got, err = expand(wrapped, func(reference string) (string, error) {
			if reference != "${env:X}" {
				return "", errors.New("looked up " + reference)
			}
			return value, nil
		})
		if want := strings.TrimSuffix(wrapped, "${env:X}") + value; err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", wrapped, got, err, want)
		}
	})
}
