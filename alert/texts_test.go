package alert

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"
)

// reported returns an alert with texts of its own, as if it had been received.
func reported(text string) *Alert {
	a := New(LabelsOf("a", text))
	a.Annotations = LabelsOf("summary", text)
	a.GeneratorURL = strings.Clone(text)
	return a
}

// copies reports whether a and b hold the same copy of their annotations, and of
// their origin.
func copies(a, b *Alert) (annotations, origin bool) {
	return unsafe.StringData(a.Annotations.packed) == unsafe.StringData(b.Annotations.packed),
		unsafe.StringData(a.GeneratorURL) == unsafe.StringData(b.GeneratorURL)
}

func TestTextsShare(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string
		same          bool
	}{
		"equal":     {"http://p/graph", "http://p/graph", true},
		"different": {"http://p/graph", "http://q/graph", false},
		"long":      {strings.Repeat("x", longestText+1), strings.Repeat("x", longestText+1), false},
	} {
		t.Run(name, func(t *testing.T) {
			texts := NewTexts()
			a, b := reported(c.first), reported(c.second)
			texts.Share(a)
			texts.Share(b)
			if annotations, origin := copies(a, b); annotations != c.same || origin != c.same {
				t.Errorf("annotations shared: %v, origin: %v; want %v", annotations, origin, c.same)
			}
			if b.Annotations != LabelsOf("summary", c.second) || b.GeneratorURL != c.second {
				t.Errorf("sharing made it %s %q", b.Annotations, b.GeneratorURL)
			}
		})
	}
}

func TestTextsShareNothing(t *testing.T) {
	a := New(LabelsOf("a", "b"))
	NewTexts().Share(a)
	if !a.Annotations.Empty() || a.GeneratorURL != "" {
		t.Errorf("an alert without texts has %s %q", a.Annotations, a.GeneratorURL)
	}
}

func TestTextsForget(t *testing.T) {
	texts := NewTexts()
	a, b := reported("x"), reported("x")
	texts.Share(a)
	texts.Forget()
	texts.Share(b)
	if annotations, origin := copies(a, b); annotations || origin {
		t.Error("a forgotten text is shared")
	}
}

// TestTextsKeepWhatIsCommon wants the table to serve a few texts well beside many
// that are seen once.
func TestTextsKeepWhatIsCommon(t *testing.T) {
	const common, rounds = 200, 50
	texts, held := NewTexts(), make(map[*byte]bool)
	for round := range rounds {
		for i := range common {
			a := New(Labels{})
			a.GeneratorURL = fmt.Sprintf("common %d", i)
			texts.Share(a)
			held[unsafe.StringData(a.GeneratorURL)] = true
			once := New(Labels{})
			once.GeneratorURL = fmt.Sprintf("once %d %d", round, i)
			texts.Share(once)
		}
	}
	// One in five lost its place each round would be this many.
	if most := common + common*rounds/5; len(held) > most {
		t.Errorf("%d copies of %d texts after %d rounds, want at most %d", len(held), common, rounds, most)
	}
}

// BenchmarkTextsShare takes one of few texts, and one that was never seen.
func BenchmarkTextsShare(b *testing.B) {
	texts := NewTexts()
	text := strings.Repeat("x", 300)
	b.Run("common", func(b *testing.B) {
		b.ReportAllocs()
		a := &Alert{GeneratorURL: text}
		for b.Loop() {
			texts.Share(a)
		}
	})
	b.Run("never seen", func(b *testing.B) {
		b.ReportAllocs()
		i, buf := 0, []byte(text)
		for b.Loop() {
			i++
			copy(buf, fmt.Sprint(i))
			texts.Share(&Alert{GeneratorURL: string(buf)})
		}
	})
}
