package alert

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestNewLabels(t *testing.T) {
	long, longer := strings.Repeat("n", 128), strings.Repeat("v", 16384)
	tests := []struct {
		name  string
		pairs []Label
		want  []Label
	}{
		{"none", nil, nil},
		{"sorted by name", []Label{{"b", "2"}, {"a", "1"}}, []Label{{"a", "1"}, {"b", "2"}}},
		{"last of a name wins", []Label{{"a", "1"}, {"b", "2"}, {"a", "3"}, {"a", "2"}}, []Label{{"a", "2"}, {"b", "2"}}},
		{"empty value kept", []Label{{"a", ""}}, []Label{{"a", ""}}},
		{"empty name kept", []Label{{"", "v"}}, []Label{{"", "v"}}},
		{"127 bytes", []Label{{long[:127], longer[:127]}}, []Label{{long[:127], longer[:127]}}},
		{"128 bytes", []Label{{long, longer[:128]}, {"z", "1"}}, []Label{{long, longer[:128]}, {"z", "1"}}},
		{"16383 bytes", []Label{{"a", longer[:16383]}, {"b", "1"}}, []Label{{"a", longer[:16383]}, {"b", "1"}}},
		{"16384 bytes", []Label{{longer, longer}, {"w", "1"}}, []Label{{longer, longer}, {"w", "1"}}},
		{"bytes that look like lengths", []Label{{"\x01", "\x02\x03"}, {"\x80", "\xff"}}, []Label{{"\x01", "\x02\x03"}, {"\x80", "\xff"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLabels(slices.Clone(tt.pairs))
			var got []Label
			for name, value := range l.All() {
				got = append(got, Label{name, value})
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("All (-want +got):\n%s", diff)
			}
			if l.Len() != len(tt.want) || l.Empty() != (len(tt.want) == 0) {
				t.Errorf("Len = %d, Empty = %v, want %d labels", l.Len(), l.Empty(), len(tt.want))
			}
			for _, p := range tt.want {
				if v, ok := l.Lookup(p.Name); v != p.Value || !ok {
					t.Errorf("Lookup(%.20q) = %.20q, %v", p.Name, v, ok)
				}
			}
		})
	}
}

func TestLabelsEquality(t *testing.T) {
	a := LabelsOf("job", "node", "env", "prod")
	b := LabelsFromMap(map[string]string{"env": "prod", "job": "node"})
	if a != b {
		t.Errorf("%v and %v differ", a, b)
	}
	if c := LabelsOf("job", "node", "env", "test"); a == c {
		t.Errorf("%v and %v are equal", a, c)
	}
	if l := LabelsFromMap(nil); l != (Labels{}) {
		t.Errorf("no map gives %v", l)
	}
	// The boundary between name and value must count.
	if a, b := LabelsOf("ab", "c"), LabelsOf("a", "bc"); a == b {
		t.Error("ab=c equals a=bc")
	}
}

func TestLabelsOfOddCount(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a name without a value is accepted")
		}
	}()
	LabelsOf(strings.Fields("a b c")...)
}

func TestLookup(t *testing.T) {
	l := LabelsOf("a", "1", "b", "", "c", strings.Repeat("x", 300), "d", "4")
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"a", "1", true},
		{"b", "", true},
		{"d", "4", true},
		{"", "", false},
		{"e", "", false},
		{"1", "", false},
	}
	for _, tt := range tests {
		if got, ok := l.Lookup(tt.name); got != tt.want || ok != tt.ok {
			t.Errorf("Lookup(%q) = %q, %v, want %q, %v", tt.name, got, ok, tt.want, tt.ok)
		}
		if got := l.Get(tt.name); got != tt.want {
			t.Errorf("Get(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestOnly(t *testing.T) {
	l := LabelsOf("a", "1", "b", "2", "c", "3")
	tests := []struct {
		names string
		want  Labels
	}{
		{"", Labels{}},
		{"b", LabelsOf("b", "2")},
		{"ac", LabelsOf("a", "1", "c", "3")},
		{"abcd", l},
	}
	for _, tt := range tests {
		got := l.Only(func(name string) bool { return strings.Contains(tt.names, name) })
		if got != tt.want {
			t.Errorf("Only(%q) = %v, want %v", tt.names, got, tt.want)
		}
	}
}

func TestAllStops(t *testing.T) {
	n := 0
	for range LabelsOf("a", "1", "b", "2").All() {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d labels after a break, want 1", n)
	}
}

func TestLabelsString(t *testing.T) {
	tests := []struct {
		labels Labels
		want   string
	}{
		{Labels{}, `{}`},
		{LabelsOf("alertname", "T1", "sev", "<b>&", "team", "a"), `{alertname="T1", sev="<b>&", team="a"}`},
		{LabelsOf("a", "q\" b\\ n\n é \x01"), `{a="q\" b\\ n\n é \x01"}`},
		{LabelsOf("b c", "", "", "x"), `{="x", b c=""}`},
	}
	for _, tt := range tests {
		if got := tt.labels.String(); got != tt.want {
			t.Errorf("String = %s, want %s", got, tt.want)
		}
	}
}

// compareMaps states the order of label sets once more, over maps: fewer labels
// first, then over the union of the sorted names missing first, then the value.
func compareMaps(a, b map[string]string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	union := maps.Clone(a)
	maps.Copy(union, b)
	for _, name := range slices.Sorted(maps.Keys(union)) {
		av, aok := a[name]
		bv, bok := b[name]
		switch {
		case !aok:
			return -1
		case !bok:
			return 1
		case av != bv:
			return cmp.Compare(av, bv)
		}
	}
	return 0
}

func TestCompare(t *testing.T) {
	var all []map[string]string
	values := []string{"-", "", "1", "2", "10"}
	for _, a := range values {
		for _, b := range values {
			for _, c := range values {
				m := map[string]string{"a": a, "b": b, "c": c}
				maps.DeleteFunc(m, func(_, v string) bool { return v == "-" })
				all = append(all, m)
			}
		}
	}
	for _, a := range all {
		for _, b := range all {
			la, lb := LabelsFromMap(a), LabelsFromMap(b)
			if got, want := la.Compare(lb), compareMaps(a, b); got != want {
				t.Errorf("%v compared with %v = %d, want %d", la, lb, got, want)
			}
		}
	}
}

func FuzzLabels(f *testing.F) {
	f.Add("", "")
	f.Add("a\x001\x00b\x002", "b\x002\x00a\x001")
	f.Add("a\x001\x00a\x002", "a\x002")
	f.Add("\x00\x00x", "\x80\xff\x00"+strings.Repeat("long", 5000))
	f.Fuzz(func(t *testing.T, left, right string) {
		a, b := checkLabels(t, left), checkLabels(t, right)
		ma, mb := a.Map(), b.Map()
		if (a == b) != maps.Equal(ma, mb) {
			t.Errorf("equality of %v and %v", a, b)
		}
		if got, want := a.Compare(b), compareMaps(ma, mb); got != want {
			t.Errorf("%v compared with %v = %d, want %d", a, b, got, want)
		}
	})
}

// checkLabels packs a text of names and values that are separated by NUL, and
// compares the set with a map.
func checkLabels(t *testing.T, text string) Labels {
	t.Helper()
	var pairs []Label
	want := map[string]string{}
	for p := range slices.Chunk(append(strings.Split(text, "\x00"), ""), 2) {
		if len(p) == 2 {
			pairs = append(pairs, Label{p[0], p[1]})
			want[p[0]] = p[1]
		}
	}
	l := NewLabels(pairs)
	if diff := gocmp.Diff(want, l.Map()); diff != "" {
		t.Errorf("Map (-want +got):\n%s", diff)
	}
	names := []string{}
	for name := range l.All() {
		names = append(names, name)
	}
	if !slices.IsSorted(names) || len(names) != len(want) {
		t.Errorf("names %q", names)
	}
	var joined strings.Builder
	for segment, name := range l.segments() {
		if want := string(appendPair(nil, name, l.Get(name))); segment != want {
			t.Errorf("segment %q, want %q", segment, want)
		}
		joined.WriteString(segment)
	}
	if joined.String() != l.packed {
		t.Errorf("segments join to %q, want %q", joined.String(), l.packed)
	}
	if l.Fingerprint() != hashOf(want) {
		t.Errorf("fingerprint %s, want %s", l.Fingerprint(), hashOf(want))
	}
	return l
}

func BenchmarkNewLabels(b *testing.B) {
	pairs := kubernetesPairs(0)
	b.ReportAllocs()
	for b.Loop() {
		NewLabels(pairs)
	}
}

func BenchmarkGet(b *testing.B) {
	l := NewLabels(kubernetesPairs(0))
	for _, name := range []string{"alertname", "severity", "absent"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Get(name)
			}
		})
	}
}
