package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

func TestExplainQuiet(t *testing.T) {
	at := func(hour int) explain.Time { return explain.At(time.Date(2026, 5, 1, hour, 0, 0, 0, time.UTC)) }
	intervals := []explain.Interval{
		{Name: "early", Active: true, Changes: at(6)},
		{Name: "late", Active: true, Changes: at(20)},
		{Name: "never", Active: true},
		{Name: "early", Contains: true, Changes: at(7)},
		{Name: "late", Contains: true, Changes: at(21)},
		{Name: "never", Contains: true},
	}
	for _, tt := range []struct {
		reason string
		by     []string
		until  explain.Time
	}{
		{"active_time_interval", []string{"late", "never", "early"}, at(6)},
		{"active_time_interval", []string{"late"}, at(20)},
		{"active_time_interval", []string{"never"}, explain.Time{}},
		{"mute_time_interval", []string{"early", "late"}, at(21)},
		{"mute_time_interval", []string{"early"}, at(7)},
		{"mute_time_interval", []string{"early", "never"}, explain.Time{}},
		{"silence", []string{"early"}, explain.Time{}},
	} {
		want := explain.Quiet{Cause: explain.Cause(tt.reason), By: tt.by, Until: tt.until}
		if diff := cmp.Diff(want, ExplainQuiet(notify.Quiet{Reason: tt.reason, By: tt.by}, intervals)); diff != "" {
			t.Errorf("%s by %v (-want +got):\n%s", tt.reason, tt.by, diff)
		}
	}
}

// TestExplainManyRoutes wants an answer to be bounded, and no route that matches to be
// left out of it.
func TestExplainManyRoutes(t *testing.T) {
	var text strings.Builder
	text.WriteString("receivers: [{name: r}]\nroute:\n  receiver: r\n  routes:\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "  - {matchers: ['n=\"%d\"'], continue: true}\n", i)
	}
	c, err := Parse([]byte(text.String()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Explain(alert.LabelsOf("n", "1999"), time.Now())
	if n := len(a.Routes); n != explain.MostRoutes+1 || a.LeftOut.Routes != 2001-n {
		t.Errorf("%d routes, %d left out", n, a.LeftOut.Routes)
	}
	last := a.Routes[len(a.Routes)-1]
	if last.Path != "route.routes[1999]" || !last.Taken || len(a.Groups) != 1 || a.Groups[0].Route != last.Path {
		t.Errorf("the last is %+v, groups %+v", last, a.Groups)
	}
	if a.Outcome != explain.Nothing {
		t.Errorf("outcome %s", a.Outcome)
	}
}
