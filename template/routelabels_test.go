package template

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRouteLabels(t *testing.T) {
	tests := []struct {
		name   string
		labels map[string]Text
		want   map[string]string
		errs   []string
	}{
		{"none", nil, map[string]string{}, nil},
		{"plain", map[string]Text{"a": "x"}, map[string]string{"a": "x"}, nil},
		{"data", map[string]Text{"a": "{{ .CommonLabels.env }} {{ .NotificationReason }}"}, map[string]string{"a": "prod unknown"}, nil},
		{
			"raw values",
			map[string]Text{"a": "{{ .RouteLabels.b }}", "b": "{{ .Status }}"},
			map[string]string{"a": "{{ .Status }}", "b": "firing"},
			nil,
		},
		{
			"recursion",
			map[string]Text{"a": "{{ routeLabels `b` }}{{ routeLabels `b` }}", "b": "({{ routeLabels `c` }})", "c": "{{ .Status }}"},
			map[string]string{"a": "(firing)(firing)", "b": "(firing)", "c": "firing"},
			nil,
		},
		{"unknown", map[string]Text{"a": "[{{ routeLabels `z` }}]"}, map[string]string{"a": "[]"}, nil},
		{
			"failing",
			map[string]Text{"a": "ok", "b": "{{ .Nope }}", "c": "{{ nope }}"},
			map[string]string{"a": "ok"},
			[]string{`route label "b": `, `route label "c": `},
		},
		{
			"failing through another",
			map[string]Text{"a": "{{ routeLabels `b` }}", "b": "{{ .Nope }}", "c": "ok"},
			map[string]string{"c": "ok"},
			[]string{"can't evaluate field Nope", `route label "b": `},
		},
		{"cycle of one", map[string]Text{"a": "{{ routeLabels `a` }}"}, map[string]string{}, []string{`"a" refers to itself: a -> a`}},
		{
			"cycle of three",
			map[string]Text{"a": "{{ routeLabels `b` }}", "b": "{{ routeLabels `c` }}", "c": "{{ routeLabels `a` }}", "d": "ok"},
			map[string]string{"d": "ok"},
			[]string{"a -> b -> c -> a", `route label "b": `, `route label "c": `},
		},
	}
	s := newSet(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := example()
			got, errs := s.RouteLabels(tt.labels, d)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(errs) != len(tt.errs) {
				t.Fatalf("got errors %v, want %q", errs, tt.errs)
			}
			for i, err := range errs {
				if !strings.Contains(err.Error(), tt.errs[i]) {
					t.Errorf("got error %v, want %q", err, tt.errs[i])
				}
			}
			if diff := cmp.Diff(example(), d); diff != "" {
				t.Errorf("the data was changed (-want +got):\n%s", diff)
			}
		})
	}
}

// Each label refers twice to the one before: without memory that would take
// 2^60 executions.
func TestRouteLabelsRenderOnce(t *testing.T) {
	labels := map[string]Text{"a": "x"}
	for c := 'b'; c <= 'z'; c++ {
		for _, suffix := range []string{"", "'"} {
			labels[string(c)+suffix] = Text("{{ $x := routeLabels `" + string(c-1) + "` }}{{ routeLabels `" + string(c-1) + "` | len }}")
		}
	}
	got, errs := newSet(t).RouteLabels(labels, nil)
	if len(errs) > 0 || got["z"] != "1" {
		t.Errorf("got %v, %v", got["z"], errs)
	}
}

func TestRouteLabelsCycleIsNamed(t *testing.T) {
	_, errs := newSet(t).RouteLabels(map[string]Text{"a": "{{ routeLabels `a` }}"}, nil)
	if len(errs) != 1 || !errors.Is(errs[0], errLabelCycle) {
		t.Errorf("got %v", errs)
	}
}
