package notify

import (
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/template"
)

func TestRef(t *testing.T) {
	const digits = "0123456789abcdef"
	a, b := Group{ID: `{}/{a="b"}:{}`}.Ref(), Group{ID: `{}/{a="b"}#1:{}`}.Ref()
	if a == b {
		t.Error("two groups have the same reference")
	}
	if len(a) != 32 || strings.Trim(a, digits) != "" {
		t.Errorf("%q has other than 32 hexadecimal digits", a)
	}
	if again := (Group{ID: `{}/{a="b"}:{}`, Key: "k"}).Ref(); again != a {
		t.Errorf("the same group has two references: %s and %s", a, again)
	}
}

func TestLink(t *testing.T) {
	n := NewNotification("g", template.Batch{ExternalURL: "http://h/am"}, nil)
	n.Ref = "0123"
	if got, want := n.Link(), "http://h/am/api/tocsin/v1/groups/0123"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, n := range map[string]*Notification{
		"no external URL": NewNotification("g", template.Batch{}, nil),
		"no data":         {},
	} {
		if n.Link() != "" || n.Ending() != "" {
			t.Errorf("%s: link %q, ending %q, want none", name, n.Link(), n.Ending())
		}
	}
}

func TestShorterNotificationKeepsItsLink(t *testing.T) {
	n := NewNotification("g", template.Batch{Alerts: twoAlerts(), ExternalURL: "http://h"}, nil)
	n.Ref = "0123"
	first, cut := n.First(1)
	if cut != 1 || first.Link() != n.Link() {
		t.Errorf("%d cut, link %s, want 1 and %s", cut, first.Link(), n.Link())
	}
}
