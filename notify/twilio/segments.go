package twilio

import (
	"strings"
	"unicode/utf16"
)

// maxUnits is how long a text may be for Twilio, whatever it costs.
const maxUnits = 1600

// mark stands where a text was cut. An ellipsis of one character would make the text
// twice as expensive.
const mark = "..."

// The characters of GSM 03.38, and those that take the place of two there. A
// text with any other is sent in UTF-16.
const (
	gsm = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
		"ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmTwice = "\f^{}\\[~]|€"
)

// alphabet is how a text goes over the air.
type alphabet struct {
	single, part int // units in a segment that is alone, and in one of several
	width        func(r rune) int
}

// alphabets are sorted by price.
func alphabets() []alphabet {
	return []alphabet{
		{single: 160, part: 153, width: gsmWidth},
		{single: 70, part: 67, width: utf16.RuneLen},
	}
}

func gsmWidth(r rune) int {
	switch {
	case strings.ContainsRune(gsm, r):
		return 1
	case strings.ContainsRune(gsmTwice, r):
		return 2
	}
	return maxUnits + 1 // there is no room for it in any text
}

// cut shortens a text that is UTF-8 to as many segments as it may have, 0 for any
// number, between characters, and reports whether it had to. It has another end
// then if that leaves room for the text. Of a long text that becomes too expensive
// by a character near its end, more is left without that.
func cut(text string, segments int, end string) (short string, wasCut bool) {
	for _, a := range alphabets() {
		candidate, cutHere := a.cut(text, segments, a.mark(segments, end))
		if !cutHere {
			return text, false
		}
		if len(candidate) > len(short) {
			short = candidate
		}
	}
	return short, true
}

// mark is with the end if that takes no more than half of the room there is.
func (a alphabet) mark(segments int, end string) string {
	room := maxUnits
	switch {
	case segments == 1:
		room = a.single
	case segments > 1:
		room = min(room, segments*a.part)
	}
	if long := mark + end; a.add(length{}, long).units <= room/2 {
		return long
	}
	return mark
}

func (a alphabet) cut(text string, segments int, mark string) (short string, wasCut bool) {
	var all length
	end := 0 // of what there is room for with the mark
	for i, r := range text {
		if a.fits(a.add(all, mark), segments) {
			end = i
		}
		all = a.add(all, string(r))
		if all.units > maxUnits {
			break
		}
	}
	if a.fits(all, segments) {
		return text, false
	}
	return text[:end] + mark, true
}

// length is that of a text in units: on its own, and in parts, where a character
// of several units is not torn apart.
type length struct{ units, inParts int }

func (a alphabet) add(l length, text string) length {
	for _, r := range text {
		w := a.width(r)
		if free := a.part - l.inParts%a.part; free < w {
			l.inParts += free
		}
		l.units, l.inParts = l.units+w, l.inParts+w
	}
	return l
}

func (a alphabet) fits(l length, segments int) bool {
	return l.units <= maxUnits && (segments == 0 || l.units <= a.single || l.inParts <= segments*a.part)
}
