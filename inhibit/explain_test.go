package inhibit

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestExplain(t *testing.T) {
	rules := mustRules(
		t,
		"{name: other, source_matchers: [s=1], target_matchers: [t=2]}",
		"{name: rack, source_matchers: [s=1], target_matchers: [t=1], equal: [rack]}",
		"{name: all, source_matchers: [s=2], target_matchers: ['t=~.+']}",
	)
	alerts := &fake{}
	i := New(rules, alerts)
	over, fires := until(-time.Second, "s", "2"), until(time.Hour, "s", "1", "rack", "a")
	alerts.put(over, fires)
	for _, tt := range []struct {
		target []string
		want   []string
	}{
		{[]string{"t", "1", "rack", "a"}, []string{"1 rack by " + fires.Fingerprint().String(), "2 all"}},
		{[]string{"t", "1", "rack", "b"}, []string{"1 rack", "2 all"}},
		{[]string{"t", "2"}, []string{"0 other by " + fires.Fingerprint().String(), "2 all"}},
		{[]string{"u", "1"}, nil},
	} {
		l := alert.LabelsOf(tt.target...)
		if diff := cmp.Diff(tt.want, texts(i.Explain(l, epoch()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", l, diff)
		}
		by := i.MutedBy(alert.New(l), epoch())
		if named := firstBy(i.Explain(l, epoch())); len(by) == 0 && named != "" || len(by) > 0 && by[0] != named {
			t.Errorf("%s is muted by %v, but explained with %q", l, by, named)
		}
		if alone := Targeting(rules, l); len(alone) != len(tt.want) || firstBy(alone) != "" {
			t.Errorf("%s: the rules alone give %v", l, texts(alone))
		}
	}
	if got := New(nil, &fake{}).Explain(alert.LabelsOf("t", "1"), epoch()); got != nil {
		t.Errorf("without rules: %v", got)
	}
}

func texts(list []Applied) []string {
	var found []string
	for _, r := range list {
		text := fmt.Sprintf("%d %s", r.Number, r.Rule.Name)
		if r.By != nil {
			text += " by " + r.By.Fingerprint().String()
		}
		found = append(found, text)
	}
	return found
}

func firstBy(list []Applied) string {
	for _, r := range list {
		if r.By != nil {
			return r.By.Fingerprint().String()
		}
	}
	return ""
}
