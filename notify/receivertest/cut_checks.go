package receivertest

import (
	"fmt"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

func cutChecks() []check {
	return []check{
		{name: "texts that are too long", needs: func(o Options) bool { return len(o.Cut) > 0 }, run: longTexts},
	}
}

// longTexts checks that of a text that was cut one finds the rest.
func longTexts(l *lab) error {
	for _, key := range l.o.Cut {
		if err := l.longText(key); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (l *lab) longText(key string) error {
	s := l.serve(l.o.Success.handle)
	entry, err := with(l.entry(s.url), key, strings.Repeat("語 ", 300_000))
	if err != nil {
		return err
	}
	sender, err := l.open(entry)
	if err != nil {
		return err
	}
	n, err := sender.send("firing")
	if err != nil {
		return err
	}
	for _, r := range s.seen() {
		if r.says(n.Link()) {
			return r.wellFormed()
		}
	}
	return fmt.Errorf("no request has the link %s", notify.GroupsPath)
}
