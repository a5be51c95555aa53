package template

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKV(t *testing.T) {
	tests := []struct {
		name   string
		kv     KV
		names  Strings
		values Strings
		text   string
	}{
		{"nil", nil, Strings{}, Strings{}, ""},
		{"one", KV{"b": "2"}, Strings{"b"}, Strings{"2"}, "b=2"},
		{"sorted", KV{"c": "3", "a": "1", "B": "2"}, Strings{"B", "a", "c"}, Strings{"2", "1", "3"}, "B=2, a=1, c=3"},
		{"alertname first", KV{"a": "1", "alertname": "x", "Z": "2"}, Strings{"alertname", "Z", "a"}, Strings{"x", "2", "1"}, "alertname=x, Z=2, a=1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pairs := tt.kv.SortedPairs()
			for what, diff := range map[string]string{
				"KV.Names":     cmp.Diff(tt.names, tt.kv.Names()),
				"KV.Values":    cmp.Diff(tt.values, tt.kv.Values()),
				"Pairs.Names":  cmp.Diff(tt.names, pairs.Names()),
				"Pairs.Values": cmp.Diff(tt.values, pairs.Values()),
				"KV.String":    cmp.Diff(tt.text, fmt.Sprint(tt.kv)),
				"Pairs.String": cmp.Diff(tt.text, fmt.Sprint(pairs)),
			} {
				if diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
		})
	}
}

func TestKVRemove(t *testing.T) {
	tests := []struct {
		name   string
		kv     KV
		remove []string
		want   KV
	}{
		{"nil", nil, []string{"a"}, KV{}},
		{"nothing", KV{"a": "1"}, nil, KV{"a": "1"}},
		{"some", KV{"a": "1", "b": "2", "c": "3"}, []string{"a", "c", "z"}, KV{"b": "2"}},
		{"all", KV{"a": "1"}, []string{"a", "a"}, KV{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			size := len(tt.kv)
			if diff := cmp.Diff(tt.want, tt.kv.Remove(tt.remove)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(tt.kv) != size {
				t.Error("Remove changed its receiver")
			}
		})
	}
}

func TestStrings(t *testing.T) {
	list := Strings{"a", "b"}
	if got := list.Join(", "); got != "a, b" {
		t.Errorf("Join = %q", got)
	}
	if got := fmt.Sprint(list); got != "[a b]" {
		t.Errorf("printed as %q", got)
	}
}
