package cluster

import (
	"bytes"
	"slices"
	"testing"
)

func FuzzEnvelope(f *testing.F) {
	f.Add(envelope{kind: kindPing, from: "a", stamp: 1, state: "s", body: []byte("b")}.encode())
	f.Add([]byte{protocol, byte(kindEnd), 1, 'a'})
	f.Add([]byte{protocol, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := parseEnvelope(b)
		if err != nil {
			return
		}
		if again, err := parseEnvelope(e.encode()); err != nil || again.from != e.from || again.stamp != e.stamp ||
			again.state != e.state || again.kind != e.kind || !bytes.Equal(again.body, e.body) {
			t.Errorf("%+v became %+v, %v", e, again, err)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add(appendBytes(appendBytes(nil, "one"), "two"))
	f.Add([]byte{0})
	f.Add([]byte{0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseRecords(b)
		if err != nil {
			return
		}
		var again []byte
		total := 0
		for _, r := range list {
			again = appendBytes(again, r)
			total += len(r)
		}
		if total > len(b) || len(again) > len(b) {
			t.Errorf("%d bytes became %d records of %d bytes", len(b), len(list), total)
		}
	})
}

func FuzzRumor(f *testing.F) {
	f.Add(appendRumor(nil, "key", []byte("record")))
	f.Fuzz(func(t *testing.T, b []byte) {
		key, record, err := parseRumor(b)
		if err == nil && (len(record) == 0 || len(key)+len(record) >= len(b)) {
			t.Errorf("%d bytes became a key of %d and a record of %d", len(b), len(key), len(record))
		}
	})
}

func FuzzDigests(f *testing.F) {
	f.Add(appendDigest(appendDigest(nil, digest{"a", []uint64{1, 2}}), digest{"b", nil}))
	f.Add([]byte{1, 'a', 0xff, 0x07})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseDigests(b)
		if err != nil {
			return
		}
		n := 0
		for _, d := range list {
			n += len(d.shards)
		}
		if 8*n > len(b) {
			t.Errorf("%d bytes became %d hashes", len(b), n)
		}
	})
}

func FuzzWant(f *testing.F) {
	f.Add(want{session: 7, shards: []wanted{{1, []uint64{2, 3}}, {4, nil}}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := parseWant(b)
		if err != nil {
			return
		}
		again, err := parseWant(w.encode())
		if err != nil || again.session != w.session || !slices.EqualFunc(again.shards, w.shards, func(a, b wanted) bool {
			return a.shard == b.shard && slices.Equal(a.have, b.have)
		}) {
			t.Errorf("%+v became %+v, %v", w, again, err)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add(appendBytes(answer{session: 7, part: 3, last: true, served: 9}.head(), "record"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseAnswer(b)
		if err != nil {
			return
		}
		head := a.head()
		for _, r := range a.records {
			head = appendBytes(head, r)
		}
		again, err := parseAnswer(head)
		if err != nil || again.session != a.session || again.part != a.part || again.last != a.last ||
			again.served != a.served || len(again.records) != len(a.records) {
			t.Errorf("%+v became %+v, %v", a, again, err)
		}
	})
}

// FuzzReceive hands anything to a replica, as if it came from the network, and has
// the states work it off.
func FuzzReceive(f *testing.F) {
	letter := func(k kind, state string, body []byte) []byte {
		return envelope{kind: k, from: "b", stamp: 5, state: state, body: body}.encode()
	}
	record := encodeEntry("key", entry{1, "text"})
	f.Add(letter(kindGossip, "s", appendRumor(nil, "key", record)))
	f.Add(letter(kindRecords, "s", appendBytes(nil, record)))
	f.Add(letter(kindDigest, "", appendDigest(nil, digest{"s", []uint64{1, 2, 3, 4}})))
	f.Add(letter(kindWant, "s", want{1, []wanted{{1, nil}}}.encode()))
	f.Add(letter(kindAnswer, "s", answer{last: true}.head()))
	for k := kindAsk; k < kindEnd; k++ {
		f.Add(letter(k, "s", nil))
	}
	p, err := New(Options{Name: "a"})
	if err != nil {
		f.Fatal(err)
	}
	c := p.Share("s", newTable(4))
	m := &member{out: &outbox{p: p, to: "b", send: func([]byte) error { return nil }}}
	m.node.Name = "b"
	p.roster.join(m)
	f.Fuzz(func(_ *testing.T, b []byte) {
		delegate{p}.NotifyMsg(b)
		delegate{p}.MergeRemoteState(b, true)
		for _, i := range c.inbox.take() {
			c.handle(i)
		}
		c.pull.next()
		p.senders.Wait()
	})
}

func FuzzMeta(f *testing.F) {
	f.Add(encodeMeta("1.0", 512))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, version := parseMeta(b); len(version) > len(b) {
			t.Error(version)
		}
	})
}

func FuzzSplitLine(f *testing.F) {
	f.Add("[WARN] memberlist: text")
	f.Add("Err: no bracket")
	f.Add("[")
	f.Fuzz(func(t *testing.T, line string) {
		if name, text := splitLine(line); len(name)+len(text) > len(line) {
			t.Errorf("%q became %q and %q", line, name, text)
		}
	})
}
