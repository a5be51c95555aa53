package api

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// knownAll knows every alert of some batches.
type knownAll map[alert.Fingerprint]*alert.Alert

func (k knownAll) Get(id alert.Fingerprint) (*alert.Alert, bool) {
	a, ok := k[id]
	return a, ok
}

func (k knownAll) learn(batch []*alert.Alert) {
	for _, a := range batch {
		k[a.Fingerprint()] = a
	}
}

func factsOf(t *testing.T, batch []*alert.Alert) (facts []fact) {
	t.Helper()
	for _, a := range batch {
		if a.Fingerprint() != a.Labels.Fingerprint() {
			t.Errorf("fingerprint of %s", a.Labels)
		}
		facts = append(facts, factOf(a.Labels, a.Annotations, a.StartsAt, a.EndsAt, a.GeneratorURL))
	}
	return facts
}

// What nearly every client sends must not be left to the slow way, and what it means
// is what encoding/json reads.
func TestScanUsual(t *testing.T) {
	for _, body := range []string{
		`[]`, " [ ] junk", realisticBatch(3),
		`[{"labels":{"a":"b"}}]`, `[{"labels":{}}]`,
		" [ {\n\t\"labels\" : { \"a\" : \"b\" , \"c\":\"d\" } ,\r\n \"annotations\" : { } } ] ",
		`[{"labels":{"b":"2","a":"1","c":"3"},"annotations":{"y":"","x":""}}]`,
		`[{"labels":{"a":"x\u0026y\"\\\/\n\ud83d\ude00","ä":"ö\u00e4"},"annotations":{"\u0061":"1"}}]`,
		`[{"labels":{"a":"12345678\"","b":"1234567\\","c":"äöü45678"}}]`,
		`[{"labels":{"a":"b"},"startsAt":"2026-05-01","endsAt":"2026-05-01T10:00:00.5+02:00","generatorURL":""},{"labels":{"a":"b"}}]`,
		`[{"labels":{"a":"b"},"startsAt":"","generatorURL":"/x#%zz"},{"labels":{"a":"c"},"startsAt":""}]`,
	} {
		var d batchReader
		s := newBodyReader().scanner
		known := knownAll{}
		want, _ := oracle([]byte(body))
		for _, round := range []string{"new", "known"} {
			batch, ok := s.scan([]byte(body))
			if !ok {
				t.Fatalf("%s: left to the slow way: %s", round, body)
			}
			if diff := cmp.Diff(want, factsOf(t, batch)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", round, body, diff)
			}
			known.learn(batch)
			s.known = known
		}
		slow, err := d.read(strings.NewReader(body))
		if diff := cmp.Diff(want, factsOf(t, slow)); diff != "" || err != nil {
			t.Errorf("the slow way: %v\n%s", err, diff)
		}
	}
}

// What is wrong or strange is not decided here.
func TestScanUnusual(t *testing.T) {
	for _, body := range []string{
		``, ` `, `null`, `nul`, `{}`, `[`, `[]`[:1] + ` `, `[null]`, `[{}]`, `[{"labels":null}]`, `[{"labels":{"a":"b"}},]`, `[{"labels":{"a":"b"}}`,
		`[{"labels":{"a":"b"},"labels":{"a":"c"}}]`, `[{"Labels":{"a":"b"}}]`, `[{"lab\u0065l":{"a":"b"}}]`, `[{"labels":{"a":"b"},"x":1}]`,
		`[{"labels":{"a":"1","a":"2"}}]`, `[{"labels":{"b":"1","a":"1","b":""}}]`, `[{"labels":{"a":""}}]`, `[{"labels":{"a":null}}]`, `[{"labels":{"a":1}}]`,
		"[{\"labels\":{\"a\":\"\xff\"}}]", `[{"labels":{"a":"\ud800"}}]`, `[{"labels":{"a":"\x"}}]`, `[{"labels":{"a":"\`, "[{\"labels\":{\"a\":\"1234567\x1f\"}}]", "[{\"labels\":{\"a\":\"\n\"}}]",
		`[{"labels":{"a":"b"},"endsAt":"tomorrow"}]`, `[{"labels":{"a":"b"},"endsAt":null}]`, `[{"labels":{"a":"b"},"generatorURL":"nope"}]`, `[{"labels":{"a" "b"}}]`, `[{"labels":{"a":"b",}}]`, `[{"labels":{"a":"b"};}]`,
	} {
		s := newBodyReader().scanner
		if batch, ok := s.scan([]byte(body)); ok {
			t.Errorf("%s is read as %v", body, factsOf(t, batch))
		}
	}
}

// What is known, or has just come, is not kept twice.
func TestScanShares(t *testing.T) {
	const body = `[{"labels":{"a":"1"},"annotations":{"n":"x"},"generatorURL":"http://h/"},{"labels":{"a":"2"},"annotations":{"n":"x"},"generatorURL":"http://h/"}]`
	r := newBodyReader()
	first, err := r.read(strings.NewReader(body), nil)
	if err != nil {
		t.Fatal(err)
	}
	known := knownAll{}
	known.learn(first)
	text := []byte(body)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := r.read(bytes.NewReader(text), known); err != nil {
			t.Fatal(err)
		}
	}); n > 4 {
		t.Errorf("%v allocations for two known alerts, want one for each and two for the body", n)
	}
	for _, a := range known {
		a.Annotations, a.GeneratorURL = alert.LabelsOf("n", "y"), "/y"
	}
	if again, err := r.read(bytes.NewReader(text), known); err != nil || again[0].GeneratorURL != "http://h/" || again[1].Annotations != alert.LabelsOf("n", "x") {
		t.Errorf("%v, %v", factsOf(t, again), err)
	}
}

// A fingerprint says nothing for sure.
func TestScanTakesNothingFromAnotherAlert(t *testing.T) {
	id := alert.LabelsOf("a", "1").Fingerprint()
	other := alert.New(alert.LabelsOf("b", "2"))
	got, err := newBodyReader().read(strings.NewReader(`[{"labels":{"a":"1"}}]`), knownAll{id: other})
	if err != nil || got[0].Labels != alert.LabelsOf("a", "1") || got[0].Annotations != (alert.Labels{}) || got[0].GeneratorURL != "" {
		t.Errorf("%v, %v", factsOf(t, got), err)
	}
}

// A body that is too long to be held is read as well, and a reader that fails in the
// middle is told of.
func TestReadBodies(t *testing.T) {
	one := `{"labels":{"a":"` + strings.Repeat("x", 1000) + `"}}`
	long := "[" + strings.Repeat(one+",", maxScanned/1000) + one + "]"
	r := newBodyReader()
	batch, err := r.read(strings.NewReader(long), nil)
	if err != nil || len(batch) != maxScanned/1000+1 {
		t.Errorf("%d alerts, %v", len(batch), err)
	}
	broken := errors.New("broken")
	if _, err := r.read(io.MultiReader(strings.NewReader(long[:100]), failing{broken}), nil); err == nil || !strings.Contains(err.Error(), "read error: broken") {
		t.Errorf("error %v, want %v", err, broken)
	}
	if batch, err := r.read(io.MultiReader(strings.NewReader("["+one+"]"), failing{broken}), nil); err != nil || len(batch) != 1 {
		t.Errorf("%d alerts, %v: what comes after the value is nobody's business", len(batch), err)
	}
}

// failing cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzScan holds the scanner against both other ways to read a body: what it reads,
// they read too, and the same. That it reads enough is a matter of TestScanUsual.
func FuzzScan(f *testing.F) {
	for _, body := range []string{
		realisticBatch(2), `[]`, `[{"labels":{"b":"2","a":"1"},"annotations":{"x":""},"endsAt":"2026-05-01"}] x`,
		`[{"labels":{"a":"1234567\u0026\ud83d\ude00"},"generatorURL":"http://h/?a=1\u0026b#c"},{"labels":{"ä":"ö"},"startsAt":""}]`,
		`[{"labels":{"a":"1","a":"2"}}]`, "[{\"labels\":{\"a\":\"12345678\x1f\"}}]", "[{\"labels\":{\"a\":\"\xc3\"}}]",
	} {
		f.Add([]byte(body))
	}
	s := newBodyReader().scanner // used again, as in the daemon
	var d batchReader
	f.Fuzz(func(t *testing.T, body []byte) {
		s.known = nil
		batch, ok := s.scan(body)
		if !ok {
			return
		}
		got := factsOf(t, batch)
		want, accepted := oracle(body)
		if diff := cmp.Diff(want, got); diff != "" || !accepted {
			t.Fatalf("accepted by the oracle: %v\n%s", accepted, diff)
		}
		known := knownAll{}
		known.learn(batch)
		s.known = known
		if batch, ok = s.scan(body); !ok || !cmp.Equal(want, factsOf(t, batch)) {
			t.Fatalf("read again, when it is known: %v, %v", factsOf(t, batch), ok)
		}
		if slow, err := d.read(bytes.NewReader(body)); err != nil || !cmp.Equal(want, factsOf(t, slow)) {
			t.Fatalf("the slow way: %v, %v", factsOf(t, slow), err)
		}
	})
}
