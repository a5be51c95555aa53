package email

import (
	"fmt"
	"maps"
	"mime"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/template"
)

// maxLine is how long a line of a message may be, wrapped how long one is that
// had to be broken (RFC 5322, section 2.1.1).
const (
	maxLine = 998
	wrapped = 78
)

// canonical returns headers under their canonical names.
func canonical(headers map[string]template.Text) (map[string]template.Text, error) {
	all := make(map[string]template.Text, len(headers))
	for _, given := range slices.Sorted(maps.Keys(headers)) {
		if !isHeaderName(given) {
			return nil, fmt.Errorf("%q cannot be the name of a header; use letters, digits and dashes", given)
		}
		name := canonicalName(given)
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("%s is given twice, once as %q; header names that differ in case are the same", name, given)
		}
		all[name] = headers[given]
	}
	return all, nil
}

func canonicalName(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

// isHeaderName says whether a text can stand before the colon. Anything else
// would end the headers, and what follows would be read as the message.
func isHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' })
}

// isAddresses says whether a header holds addresses.
func isAddresses(name string) bool {
	switch name {
	case "From", "Sender", "Reply-To", "To", "Cc", "Bcc":
		return true
	}
	return false
}

// isForMachines says whether a header is of no use with another text in it.
func isForMachines(name string) bool {
	switch name {
	case "Message-Id", "In-Reply-To", "References", "Date":
		return true
	}
	return isAddresses(name)
}

// headerLine is a header as it is sent: ASCII, without a line break but before a
// blank.
func headerLine(name, value string) string {
	value = oneLine(value)
	if isAddresses(name) && !isASCII(value) {
		value = encodeAddresses(value)
	}
	return fold(name+": "+mime.QEncoding.Encode("utf-8", value)) + "\r\n"
}

// oneLine replaces line breaks, which a YAML block or a range loop leaves
// easily, by blanks. A text without any stays as it is.
func oneLine(value string) string {
	if !strings.ContainsAny(value, "\r\n") {
		return value
	}
	return strings.Join(strings.Fields(value), " ")
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

// encodeAddresses leaves for the encoding of words nothing but the names, since
// an address that is part of an encoded word is none.
func encodeAddresses(value string) string {
	list, err := mail.ParseAddressList(value)
	if err != nil {
		return value
	}
	texts := make([]string, len(list))
	for i, address := range list {
		texts[i] = address.String()
	}
	return strings.Join(texts, ", ")
}

// fold breaks a header before blanks if it is longer than servers must accept.
func fold(line string) string {
	if len(line) <= maxLine {
		return line
	}
	var b strings.Builder
	width := 0
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
		case word != "" && width+1+len(word) > wrapped:
			b.WriteString("\r\n ")
			width = 1
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}
