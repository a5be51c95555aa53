package receivertest

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// failing is a template that cannot be rendered. It parses, so that it is found
// only when there is an alert.
const failing = "{{ .NoSuchField }}"

// fallback begins the sentence that a fallback has.
const fallback = "The template for this text failed"

func textChecks() []check {
	return []check{
		{name: "broken texts", needs: func(o Options) bool { return len(o.Texts) > 0 }, run: brokenTexts},
		{name: "broken values", needs: func(o Options) bool { return len(o.Values) > 0 }, run: brokenValues},
	}
}

func brokenTexts(l *lab) error {
	for _, key := range l.o.Texts {
		if err := l.brokenText(key); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (l *lab) brokenText(key string) error {
	s := l.serve(l.o.Success.handle)
	entry, err := with(l.entry(s.url), key, failing)
	if err != nil {
		return err
	}
	sender, err := l.open(entry)
	if err != nil {
		return err
	}
	n, err := sender.send("firing")
	switch {
	case err != nil:
		return fmt.Errorf("an alert was lost because of a template: %w", err)
	case n.Replaced() == nil:
		return errors.New("the failure was not recorded")
	}
	for _, r := range s.seen() {
		if r.says(fallback) {
			return nil
		}
	}
	return errors.New("no request has the fallback text")
}

// says reports whether a text is in a request, if need be in the form of a URL.
func (r request) says(text string) bool {
	everything := r.text() + string(r.body)
	unescaped, err := url.QueryUnescape(everything)
	return strings.Contains(everything, text) || err == nil && strings.Contains(unescaped, text)
}

func brokenValues(l *lab) error {
	for _, key := range l.o.Values {
		if err := l.brokenValue(key); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (l *lab) brokenValue(key string) error {
	s := l.serve(l.o.Success.handle)
	entry, err := with(l.entry(s.url), key, s.url+"/"+failing)
	if err != nil {
		return err
	}
	sender, err := l.open(entry)
	if err != nil {
		return err
	}
	_, err = sender.send("firing")
	switch {
	case err == nil:
		return errors.New("sent although the value could not be rendered")
	case !permanent(err):
		return fmt.Errorf("a template that fails is tried again: %w", err)
	case len(s.seen()) > 0:
		return errors.New("the service was asked although the value could not be rendered")
	}
	return nil
}
