package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// fact is what a posted alert says, in a form that can be compared.
type fact struct {
	Labels, Annotations string
	StartsAt, EndsAt    string
	GeneratorURL        string
}

func factOf(labels, annotations alert.Labels, start, end time.Time, origin string) fact {
	return fact{
		labels.String(), annotations.String(),
		start.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano), origin,
	}
}

// oracleAlert decodes an alert by reflection.
type oracleAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     oracleTime        `json:"startsAt"`
	EndsAt       oracleTime        `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

type oracleTime struct{ time.Time }

func (o *oracleTime) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	var err error
	o.Time, err = parseTime([]byte(text))
	return err
}

// oracle decodes a body with encoding/json and applies the schema.
func oracle(body []byte) (facts []fact, accepted bool) {
	var list []*oracleAlert
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&list); err != nil {
		return nil, false
	}
	for _, a := range list {
		if a == nil || a.Labels == nil || a.GeneratorURL != "" && !isRequestURI(a.GeneratorURL) {
			return nil, false
		}
		labels := withoutEmpty(alert.LabelsFromMap(a.Labels))
		facts = append(facts, factOf(labels, alert.LabelsFromMap(a.Annotations), a.StartsAt.Time, a.EndsAt.Time, a.GeneratorURL))
	}
	return facts, true
}

func decoded(t *testing.T, d *batchReader, body []byte) ([]fact, []byte, error) {
	batch, err := d.read(bytes.NewReader(body))
	var facts []fact
	again := []byte{'['}
	for _, a := range batch {
		if a.Fingerprint() != a.Labels.Fingerprint() {
			t.Errorf("fingerprint of %s", a.Labels)
		}
		facts = append(facts, factOf(a.Labels, a.Annotations, a.StartsAt, a.EndsAt, a.GeneratorURL))
		again = appendPosted(appendComma(again), a)
	}
	return facts, append(again, ']'), err
}

// appendPosted encodes an alert as a client would post it.
func appendPosted(b []byte, a *alert.Alert) []byte {
	b = appendLabels(append(b, '{'), "labels", a.Labels, jsontext.ForHTML)
	b = appendLabels(b, "annotations", a.Annotations, jsontext.Verbatim)
	b = appendField(b, "startsAt", a.StartsAt.Format(time.RFC3339Nano), jsontext.Verbatim)
	b = appendField(b, "endsAt", a.EndsAt.Format(time.RFC3339Nano), jsontext.Verbatim)
	return append(appendField(b, "generatorURL", a.GeneratorURL, jsontext.ForHTML), '}')
}

// FuzzAlerts holds the decoder against encoding/json: it takes and refuses the
// same bodies and reads the same out of them. What it has read can be encoded
// and read again.
func FuzzAlerts(f *testing.F) {
	for _, body := range []string{
		`[]`, `null`, `nul`, ``, `{}`, `[null]`, `[{}]`, `[{"labels":{}}]`, `[] x`, `[{"labels":{"a":"b"}},]`,
		`[{"labels":{"a":"b","c":"","d":null},"annotations":{"x":""},"startsAt":"2026-05-01T10:00:00.123+02:00","endsAt":null,"generatorURL":"http://h/p?q#f"}]`,
		`[{"LABELS":{"a":"b"},"labels":{"c":"d"},"\u006cabels":{"a":"e"},"labels":null,"labelſ":{"k":"v"}}]`,
		`[{"labels":{"a":"\ud83d\ude00\ud800\n\/\"\\"},"x":[[{"y":1e9}],true,false,null,-0.5]}]`,
		"[{\"labels\":{\"a\xff\":\"\xc3\x28\"}}]", "\ufeff[]", "[{\"labels\":{\"a\":\"\x00\"}}]",
		`[{"labels":{"a":1}}]`, `[{"labels":[]}]`, `[{"labels":{"a":"b"},"startsAt":""}]`, `[{"labels":{"a":"b"},"endsAt":"2026-05-01"}]`,
		`[{"labels":{"a":"b"},"generatorURL":"x"}]`, `[{"labels":{"a":"b"},"generatorURL":5}]`, `[{"":{"a":"b"}}]`, `[1,{]`,
		`[{"labels":{"a":"b"},"startsAt":"0001-01-01T00:00:00Z","endsAt":"9999-12-31T23:59:59.999999999Z"}]`,
	} {
		f.Add([]byte(body))
	}
	var d batchReader // used again, as in the daemon
	f.Fuzz(func(t *testing.T, body []byte) {
		got, again, err := decoded(t, &d, body)
		want, accepted := oracle(body)
		if accepted != (err == nil) {
			t.Fatalf("accepted by the oracle: %v; error: %v", accepted, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if err != nil {
			return
		}
		second, _, err := decoded(t, &d, again)
		if diff := cmp.Diff(got, second); diff != "" || err != nil {
			t.Fatalf("encoded again: %v\n%s\n%s", err, again, diff)
		}
	})
}

func TestDecoderInSmallPieces(t *testing.T) {
	body := `[{"labels":{"alertname":"` + strings.Repeat("x", 100_000) + `\u00e4"},"annotations":{"a":"b"}}]`
	var d batchReader
	batch, err := d.read(oneByOne{strings.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	if name := batch[0].Name(); len(name) != 100_002 || !strings.HasSuffix(name, "xä") {
		t.Errorf("name of %d bytes", len(name))
	}
}

// oneByOne gives away one byte at a time.
type oneByOne struct{ r *strings.Reader }

func (o oneByOne) Read(b []byte) (int, error) { return o.r.Read(b[:1]) }
