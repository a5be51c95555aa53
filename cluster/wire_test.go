package cluster

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvelopeRoundTrip(t *testing.T) {
	for _, e := range []envelope{
		{kind: kindPing, from: "a", stamp: 1, body: []byte{}},
		{kind: kindGossip, from: strings.Repeat("n", maxName), stamp: 1<<64 - 1, state: strings.Repeat("s", maxState), body: []byte("body")},
	} {
		got, err := parseEnvelope(e.encode())
		if err != nil || !cmp.Equal(got, e, cmp.AllowUnexported(envelope{})) {
			t.Errorf("%+v became %+v, %v", e, got, err)
		}
	}
}

func TestEnvelopeErrors(t *testing.T) {
	ok := envelope{kind: kindPing, from: "a", state: "s", body: []byte("b")}.encode()
	change := func(i int, b byte) []byte {
		c := slices.Clone(ok)
		c[i] = b
		return c
	}
	tests := map[string]struct {
		message []byte
		want    error
	}{
		"empty":               {nil, errVersion},
		"another version":     {change(0, 2), errVersion},
		"a kind of later":     {change(1, byte(kindEnd)), errKind},
		"no kind":             {change(1, 0), errKind},
		"cut in the sender":   {ok[:3], errMalformed},
		"cut in the stamp":    {ok[:8], errMalformed},
		"cut in the state":    {ok[:12], errMalformed},
		"no sender":           {envelope{kind: kindPing}.encode(), errMalformed},
		"too long a sender":   {envelope{kind: kindPing, from: strings.Repeat("n", maxName+1)}.encode(), errMalformed},
		"too long a state":    {envelope{kind: kindPing, from: "a", state: strings.Repeat("n", maxState+1)}.encode(), errMalformed},
		"too long altogether": {append(slices.Clone(ok), make([]byte, maxMessage)...), errMalformed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := parseEnvelope(tt.message); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestBodyErrors(t *testing.T) {
	digests := bytes.Repeat(appendDigest(nil, digest{state: "s"}), maxStates+1)
	for name, parse := range map[string]func() error{
		"record longer than the rest": func() error { _, err := parseRecords([]byte{9, 1}); return err },
		"empty record":                func() error { _, err := parseRecords([]byte{0}); return err },
		"too many records":            func() error { _, err := parseRecords(bytes.Repeat([]byte{1, 1}, maxRecords+1)); return err },
		"too large a record":          func() error { _, err := parseRecords(appendBytes(nil, make([]byte, maxRecord+1))); return err },
		"length that does not end":    func() error { _, err := parseRecords(bytes.Repeat([]byte{255}, 20)); return err },
		"too many digests":            func() error { _, err := parseDigests(digests); return err },
		"too many shards":             func() error { _, err := parseDigests([]byte{1, 's', 0x81, 0x08}); return err },
		"fewer hashes than told":      func() error { _, err := parseDigests([]byte{1, 's', 2, 1, 2, 3}); return err },
		"want of an unknown shard":    func() error { _, err := parseWant([]byte{8: 0x80, 9: 0x08}); return err },
		"want with hashes to come":    func() error { _, err := parseWant([]byte{8: 0, 9: 0xff, 10: 0xff, 11: 1}); return err },
		"want of too many shards":     func() error { _, err := parseWant(make([]byte, 8+2*(maxShards+1))); return err },
		"answer with a wild part":     func() error { _, err := parseAnswer([]byte{8: 0xff, 9: 0xff, 10: 0x7f}); return err },
		"answer cut off":              func() error { _, err := parseAnswer(make([]byte, 9)); return err },
		"gossip without a record":     func() error { _, _, err := parseRumor([]byte{1, 'k'}); return err },
		"gossip without a key":        func() error { _, _, err := parseRumor(nil); return err },
	} {
		if err := parse(); !errors.Is(err, errMalformed) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestDiffering(t *testing.T) {
	tests := map[string]struct {
		ours, theirs []uint64
		want         []int
	}{
		"equal":                  {[]uint64{0, 5, 7}, []uint64{0, 5, 7}, nil},
		"one differs":            {[]uint64{0, 5, 7}, []uint64{0, 6, 7}, []int{1}},
		"we have nothing":        {[]uint64{0, 0, 0}, []uint64{0, 6, 7}, []int{1, 2}},
		"they have nothing":      {[]uint64{1, 2, 3}, []uint64{0, 0, 0}, nil},
		"other number of shards": {[]uint64{1}, []uint64{1, 0, 3}, []int{0, 2}},
		"they have no shards":    {[]uint64{1}, nil, nil},
	}
	for name, tt := range tests {
		if got := differing(tt.ours, tt.theirs); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestMeta(t *testing.T) {
	if n, v := parseMeta(encodeMeta("1.2.3", 512)); n != protocol || v != "1.2.3" {
		t.Errorf("%d, %q", n, v)
	}
	if b := encodeMeta(strings.Repeat("1", 600), 512); len(b) != 512 {
		t.Errorf("%d bytes", len(b))
	}
	if n, v := parseMeta(nil); n != 0 || v != "" {
		t.Errorf("%d, %q of nothing", n, v)
	}
}
