package api

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// order is how a list is sorted. What is equal is sorted by identity, so that each
// element has its place whatever else there is.
type order struct {
	name       string // as it was asked for
	by         string // startsAt, updatedAt, or empty: by identity alone
	label      string // unless it is empty, by its value
	descending bool
}

// orderOf reads the parameter sort. To sort by the last report backwards is not
// possible, because alerts that are reported meanwhile would be left out.
func orderOf(text string) (order, error) {
	o := order{name: text}
	by, descending := strings.CutPrefix(text, "-")
	label, isLabel := labelIn(by)
	switch {
	case isLabel:
		o.label, o.descending = label, descending
	case by == "startsAt", text == "updatedAt":
		o.by, o.descending = by, descending
	case text != "" && text != "fingerprint":
		return o, fmt.Errorf("sort: %q is not one of fingerprint, startsAt, -startsAt, updatedAt, labels.NAME, -labels.NAME", short(text))
	}
	return o, nil
}

// position is the place of an element in the order.
type position struct {
	time time.Time
	text string
	id   alert.Fingerprint
}

// of returns where an alert stands. Times are those of the calendar, as in a cursor.
func (o order) of(a *alert.Alert) position {
	p := position{id: a.Fingerprint()}
	switch {
	case o.label != "":
		p.text = a.Labels.Get(o.label)
	case o.by == "startsAt":
		p.time = a.StartsAt.Round(0)
	case o.by == "updatedAt":
		p.time = a.UpdatedAt.Round(0)
	}
	return p
}

func (o order) compare(a, b position) int {
	c := cmp.Or(a.time.Compare(b.time), cmp.Compare(a.text, b.text))
	if o.descending {
		c = -c
	}
	return cmp.Or(c, cmp.Compare(a.id, b.id))
}

// mark is a position as it stands in a cursor.
type mark struct {
	Order string            `json:"o"`
	Sec   int64             `json:"s,omitempty"`
	Nano  int64             `json:"n,omitempty"`
	Text  []byte            `json:"t,omitempty"`
	ID    alert.Fingerprint `json:"i"`
}

// cursor returns the text by which the client asks for what comes after p.
func (o order) cursor(p position) string {
	return sealed(mark{Order: o.name, Sec: p.time.Unix(), Nano: int64(p.time.Nanosecond()), Text: []byte(p.text), ID: p.id})
}

// parsePosition reads a cursor; it is nil if the text is empty.
func parsePosition(text string, o order) (*position, error) {
	if text == "" {
		return nil, nil
	}
	var m mark
	if !opened(text, &m) || m.Nano < 0 || m.Nano >= 1e9 {
		return nil, errCursor
	}
	if m.Order != o.name {
		return nil, fmt.Errorf("cursor: it is of a list with sort=%s", short(m.Order))
	}
	return &position{time: time.Unix(m.Sec, m.Nano), text: string(m.Text), id: m.ID}, nil
}

// sealed makes a cursor.
func sealed(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "" // it has numbers and texts only
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// opened reads a cursor.
func opened(text string, v any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if d.Decode(v) != nil {
		return false
	}
	_, err = d.Token()
	return errors.Is(err, io.EOF)
}
