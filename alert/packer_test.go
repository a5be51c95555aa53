package alert

import (
	"slices"
	"strings"
	"testing"
)

// A Packer makes the same sets as NewLabels, or says that it cannot.
func TestPacker(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	tests := map[string]struct {
		pairs []Label
		ok    bool
	}{
		"none":            {nil, true},
		"sorted":          {[]Label{{"a", "1"}, {"b", "2"}}, true},
		"not sorted":      {[]Label{{"c", "3"}, {"a", "1"}, {"b", ""}}, true},
		"prefixes":        {[]Label{{"ab", "1"}, {"a", "2"}, {"", "3"}}, true},
		"long":            {[]Label{{"b", long}, {long, "1"}}, true},
		"twice":           {[]Label{{"a", "1"}, {"a", "2"}}, false},
		"twice, unsorted": {[]Label{{"b", "1"}, {"a", "2"}, {"c", ""}, {"b", "3"}}, false},
	}
	var p Packer // used again, as in the daemon
	for name, tt := range tests {
		p.Reset()
		for _, l := range tt.pairs {
			p.Add([]byte(l.Name), []byte(l.Value))
		}
		if ok := p.Pack(); ok != tt.ok {
			t.Errorf("%s: Pack = %v", name, ok)
		}
		if !tt.ok {
			continue
		}
		want := NewLabels(slices.Clone(tt.pairs))
		if got := p.Labels(Labels{}); got != want || !p.Is(want) || string(p.Packed()) != want.packed {
			t.Errorf("%s: %.80s, want %.80s", name, got, want)
		}
		if got := p.Fingerprint(); got != want.Fingerprint() {
			t.Errorf("%s: fingerprint %s, want %s", name, got, want.Fingerprint())
		}
		if p.Is(LabelsOf("other", "1")) || p.Labels(LabelsOf("other", "1")) != want {
			t.Errorf("%s: is taken for another", name)
		}
	}
	if p.Reset(); !p.Is(Labels{}) {
		t.Error("something is left after Reset")
	}
}

func TestPackerTakesWhatItIsGiven(t *testing.T) {
	known := LabelsOf("a", "1", "b", "2")
	var p Packer
	a, one, b, two := []byte("a"), []byte("1"), []byte("b"), []byte("2")
	if n := testing.AllocsPerRun(100, func() {
		p.Reset()
		p.Add(b, two)
		p.Add(a, one)
		if !p.Pack() || p.Labels(known) != known {
			t.Fatal("it is not the same set")
		}
	}); n != 0 {
		t.Errorf("%v allocations for a set that is known, want 0", n)
	}
}
