package api

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// FuzzSilence decodes bodies. What is accepted can be encoded, as it would be
// shown, and read again.
func FuzzSilence(f *testing.F) {
	for _, body := range []string{
		`null`, `nil`, ``, `{}`, `[]`, goodSilence, goodSilence[:50], goodSilence + "x",
		`{"id":"x","matchers":[{"name":"a","value":"(","isRegex":true,"isEqual":null}],"startsAt":"","endsAt":"2100-01-01","createdBy":"","comment":"<\ud800","annotations":{"b":"1","a":""}}`,
		`{"matchers":[null]}`, `{"matchers":[{}],"matchers":null,"MATCHERS":[{"NAME":null}]}`, `{"matchers":{}}`,
		`{` + goodMatchers + `,` + goodTexts + `,"startsAt":"0001-01-01","endsAt":"9999-12-31T23:59:59.999999999-12:00"}`,
	} {
		f.Add([]byte(body))
	}
	equalLabels := cmp.Comparer(func(a, b alert.Labels) bool { return a == b })
	equalMatchers := cmp.Comparer(func(a, b *alert.Matcher) bool { return a.Same(b) })
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := readDraft(bytes.NewReader(body))
		if err != nil {
			return
		}
		first, err := d.silence(time.Time{})
		if err != nil || first.StartsAt.Year() > 9998 || first.EndsAt.Year() > 9998 {
			return // the years may not fit in UTC
		}
		first.StartsAt, first.EndsAt = inMilliseconds(first.StartsAt), inMilliseconds(first.EndsAt)
		d, err = readDraft(bytes.NewReader(appendSilence(nil, &first, time.Time{})))
		if err != nil {
			t.Fatalf("encoded again: %v", err)
		}
		second, err := d.silence(time.Time{})
		if err != nil && first.StartsAt.Before(first.EndsAt) {
			t.Fatalf("encoded again: %v", err)
		}
		if diff := cmp.Diff(first, second, equalLabels, equalMatchers); diff != "" && err == nil {
			t.Fatal(diff)
		}
	})
}

func inMilliseconds(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }
