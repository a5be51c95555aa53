package receivertest

import (
	"fmt"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// somewhere is a URL that nothing connects to.
const somewhere = "http://service.example"

func configChecks() []check {
	return []check{
		{name: "unknown key", local: true, run: unknownKey},
		{name: "required keys", local: true, run: requiredKeys},
		{name: "timeout", local: true, run: timeouts},
		{name: "send_resolved", local: true, run: sendResolved},
		{name: "shown as configured", local: true, run: shownAsConfigured},
	}
}

// rejects reports an error unless an entry is rejected by an error that says a
// word.
func (l *lab) rejects(entry, word string) error {
	_, err := l.decode(entry)
	switch {
	case err == nil:
		return fmt.Errorf("entry accepted, want an error about %q:\n%s", word, entry)
	case !strings.Contains(err.Error(), word):
		return fmt.Errorf("error %q does not name %q; the entry is\n%s", err.Error(), word, entry)
	}
	return nil
}

func unknownKey(l *lab) error {
	entry, err := with(l.entry(somewhere), "no_such_key", 1)
	if err != nil {
		return err
	}
	return l.rejects(entry, "no_such_key")
}

func requiredKeys(l *lab) error {
	for _, key := range l.o.Required {
		entry, err := edit(l.entry(somewhere), func(keys map[string]any) { delete(keys, key) })
		if err != nil {
			return err
		}
		if err := l.rejects(entry, key); err != nil {
			return err
		}
	}
	if len(l.o.Required) > 0 {
		return l.rejects("{}", l.o.Required[0])
	}
	return nil
}

func timeouts(l *lab) error {
	entry, err := with(l.entry(somewhere), "timeout", "7s")
	if err != nil {
		return err
	}
	c, err := l.decode(entry)
	if err != nil {
		return err
	}
	if got := c.AttemptTimeout(); got != 7*time.Second {
		return fmt.Errorf("timeout of an attempt is %s, want 7s as configured", got)
	}
	if entry, err = with(entry, "timeout", "-1s"); err != nil {
		return err
	}
	return l.rejects(entry, "timeout")
}

func sendResolved(l *lab) error {
	for _, want := range []bool{true, false} {
		entry, err := with(l.entry(somewhere), "send_resolved", want)
		if err != nil {
			return err
		}
		c, err := l.decode(entry)
		if err != nil {
			return err
		}
		if got := c.SendsResolved(); got != want {
			return fmt.Errorf("send_resolved: %v is read as %v", want, got)
		}
	}
	return nil
}

// shownAsConfigured checks that what is shown is an entry that means the same.
func shownAsConfigured(l *lab) error {
	shown, err := l.show(l.entry(somewhere))
	if err != nil {
		return err
	}
	again, err := l.show(shown)
	if err != nil {
		return fmt.Errorf("read what is shown: %w", err)
	}
	if shown != again {
		return fmt.Errorf("what is shown means something else:\n%s\nis read as\n%s", shown, again)
	}
	return nil
}

// show is an entry as users see it.
func (l *lab) show(entry string) (string, error) {
	c, err := l.decode(entry)
	if err != nil {
		return "", err
	}
	text, err := yaml.Marshal(c)
	return string(text), err
}
