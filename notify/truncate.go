package notify

import "unicode/utf8"

// ellipsis ends a text that was cut.
const ellipsis = "…"

// TruncateRunes cuts a text to at most n characters, of which the last is an
// ellipsis if anything was cut and there is room for it. It reports whether it
// cut.
func TruncateRunes(text string, n int) (string, bool) {
	if utf8.RuneCountInString(text) <= n {
		return text, false
	}
	if n <= 3 {
		return string([]rune(text)[:max(n, 0)]), true
	}
	return string([]rune(text)[:n-1]) + ellipsis, true
}

// TruncateBytes cuts a text to at most n bytes, on the border of a character. It
// ends with an ellipsis, which has three bytes, or if there is no room for one
// with dots. It reports whether it cut.
func TruncateBytes(text string, n int) (string, bool) {
	switch {
	case len(text) <= n:
		return text, false
	case n < len(ellipsis):
		return "..."[:max(n, 0)], true
	}
	end := n - len(ellipsis)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + ellipsis, true
}
