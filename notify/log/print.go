package log

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Colours are SGR sequences of ECMA-48.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	reset = "\x1b[0m"
)

type printer struct {
	buf   bytes.Buffer
	color bool
	now   time.Time // in the zone in which times are shown
}

// paint writes text, in a style if colours are wanted.
func (p *printer) paint(text string, styles ...string) {
	if !p.color {
		p.buf.WriteString(text)
		return
	}
	p.buf.WriteString(strings.Join(styles, ""))
	p.buf.WriteString(text)
	p.buf.WriteString(reset)
}

// notification prints one line for the group and a few for each alert, with
// times in the zone that the notification has:
//
//	14:03:05 FIRING:1 alertname=DiskFull → terminal (first notification)
//	  ● host=h1 severity=warning, since 14:02:35
//	      summary: disk 93 % full
func (p *printer) notification(n *notify.Notification) {
	firing := len(n.Data.Alerts.Firing())
	p.paint(p.clock(n.Now), dim)
	p.buf.WriteByte(' ')
	if firing > 0 {
		p.paint(fmt.Sprintf("FIRING:%d", firing), bold, red)
	} else {
		p.paint("RESOLVED", bold, green)
	}
	p.buf.WriteByte(' ')
	p.paint(pairs(n.Data.GroupLabels, nil), bold)
	fmt.Fprintf(&p.buf, " → %s", clean(n.Receiver))
	p.paint(" ("+string(n.Reason)+")", dim)
	p.buf.WriteByte('\n')
	for _, a := range n.Data.Alerts {
		p.alert(a, n.Data.GroupLabels)
	}
}

func (p *printer) alert(a template.Alert, group template.KV) {
	if a.Status == template.StatusFiring {
		p.paint("  ● ", red)
	} else {
		p.paint("  ✓ ", green)
	}
	p.buf.WriteString(pairs(a.Labels, group))
	p.paint(p.when(a), dim)
	p.buf.WriteByte('\n')
	for _, pair := range a.Annotations.SortedPairs() {
		fmt.Fprintf(&p.buf, "      %s: %s\n", clean(pair.Name), indent(pair.Value))
	}
	if a.GeneratorURL != "" {
		p.paint("      "+clean(a.GeneratorURL), dim)
		p.buf.WriteByte('\n')
	}
}

func (p *printer) when(a template.Alert) string {
	since := ", since " + p.clock(a.StartsAt)
	if a.Status == template.StatusFiring {
		return since
	}
	return since + ", resolved " + p.clock(a.EndsAt)
}

// clock is the time of day, with the date if it was another day.
func (p *printer) clock(t time.Time) string {
	t = t.In(p.now.Location())
	if t.Format(time.DateOnly) == p.now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

// pairs prints labels without those that stand above already.
func pairs(labels, except template.KV) string {
	var b strings.Builder
	for _, pair := range labels.SortedPairs() {
		if _, known := except[pair.Name]; known {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(clean(pair.Name) + "=" + quoted(pair.Value))
	}
	if b.Len() == 0 {
		return "{}"
	}
	return b.String()
}

// quoted puts quotes around a value that would not read as one word.
func quoted(value string) string {
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == '"' }) {
		return strconv.Quote(value)
	}
	return clean(value)
}

// clean makes a text harmless for a terminal: whoever can post an alert must not
// be able to move the cursor or change colours.
func clean(text string) string {
	// Some terminals take single bytes from 0x80 on for commands.
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !strings.ContainsFunc(text, harmful) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if harmful(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func harmful(r rune) bool { return !unicode.IsPrint(r) }

// indent cleans a text of several lines and keeps the lines.
func indent(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return strings.Join(lines, "\n        ")
}
