package api

import (
	"bytes"
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/tocsin-alerting/tocsin/alert"
)

// postedAlert is how a program without a decoder of its own would see an alert.
type postedAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     oracleTime        `json:"startsAt"`
	EndsAt       oracleTime        `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

// knownByID knows alerts without a lock.
type knownByID map[alert.Fingerprint]*alert.Alert

func (k knownByID) Get(id alert.Fingerprint) (*alert.Alert, bool) {
	a, ok := k[id]
	return a, ok
}

// BenchmarkDecodeAlerts compares ways to decode a batch of 64 alerts, as docs/adr/0009
// tells. All but the two that reflect end with alerts as they are stored.
func BenchmarkDecodeAlerts(b *testing.B) {
	const n = 64
	body := []byte(realisticBatch(n))
	known := knownByID{}
	r := newBodyReader()
	batch, err := r.read(bytes.NewReader(body), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range batch {
		known[a.Fingerprint()] = a
	}
	var tokens batchReader
	for _, c := range []struct {
		name   string
		decode func() error
	}{
		{"scanner new", func() error { _, err := r.read(bytes.NewReader(body), nil); return err }},
		{"scanner repeated", func() error { _, err := r.read(bytes.NewReader(body), known); return err }},
		{"tokens", func() error { _, err := tokens.read(bytes.NewReader(body)); return err }},
		{"encoding/json", func() error { var list []postedAlert; return json.Unmarshal(body, &list) }},
		{"json/v2", func() error { var list []postedAlert; return jsonv2.Unmarshal(body, &list) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := c.decode(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/alert")
		})
	}
}
