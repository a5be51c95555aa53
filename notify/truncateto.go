package notify

import "unicode/utf8"

// TruncateRunesTo is TruncateRunes for a text that if it is cut ends with an
// ellipsis and then end. Without much room for the text beside it, end is left
// out.
func TruncateRunesTo(text string, n int, end string) (string, bool) {
	return truncateTo(text, n, ending{text: end, size: utf8.RuneCountInString(end), cut: TruncateRunes})
}

// TruncateBytesTo is TruncateBytes, and else as TruncateRunesTo.
func TruncateBytesTo(text string, n int, end string) (string, bool) {
	return truncateTo(text, n, ending{text: end, size: len(end), cut: TruncateBytes})
}

// TruncateJSONTo is TruncateJSON, and else as TruncateRunesTo.
func TruncateJSONTo(text string, n int, end string) (string, bool) {
	return truncateTo(text, n, ending{text: end, size: jsonSize(end) - len(`""`), cut: TruncateJSON})
}

// ending is what comes behind a text that was cut.
type ending struct {
	text string
	size int // in what cut counts
	cut  func(text string, n int) (string, bool)
}

func truncateTo(text string, n int, e ending) (string, bool) {
	const ellipsisFits = 4
	short, cut := e.cut(text, n)
	room := n - e.size
	if !cut || e.text == "" || room < max(e.size, ellipsisFits) {
		return short, cut
	}
	short, _ = e.cut(text, room)
	return short + e.text, true
}
