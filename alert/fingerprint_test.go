package alert

import (
	"hash/fnv"
	"maps"
	"slices"
	"testing"
)

// hashOf states the definition once more, with the standard library.
func hashOf(labels map[string]string) Fingerprint {
	h := fnv.New64a()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		h.Write([]byte(name + "\xff" + labels[name] + "\xff"))
	}
	return Fingerprint(h.Sum64())
}

func TestFingerprint(t *testing.T) {
	tests := []struct {
		labels Labels
		want   string
	}{
		{Labels{}, "cbf29ce484222325"},
		{LabelsOf("alertname", "T3"), "603d3642e6daabf3"},
		{LabelsOf("alertname", "TZ"), "5fb73642e6679532"},
		{LabelsOf("sev", "warning", "alertname", "I2", "cluster", "c1"), "2e61d523a9b572e9"},
	}
	for _, tt := range tests {
		if got := tt.labels.Fingerprint().String(); got != tt.want {
			t.Errorf("fingerprint of %v = %s, want %s", tt.labels, got, tt.want)
		}
	}
}

func TestFingerprintString(t *testing.T) {
	if got, want := Fingerprint(0xab).String(), "00000000000000ab"; got != want {
		t.Errorf("String = %s, want %s", got, want)
	}
}

func BenchmarkFingerprint(b *testing.B) {
	l := NewLabels(kubernetesPairs(0))
	b.ReportAllocs()
	for b.Loop() {
		l.Fingerprint()
	}
}
