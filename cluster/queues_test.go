package cluster

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestGossipSupersedes(t *testing.T) {
	g := newGossip(3, func() int { return 3 }, prometheus.NewCounter(prometheus.CounterOpts{Name: "x"}))
	waiting := func() string {
		var list []string
		for _, b := range g.queue.GetBroadcasts(0, 10_000) {
			list = append(list, string(b))
		}
		return strings.Join(list, " ")
	}
	hear := func(stamp Timestamp, message string, fresh, passed bool) {
		t.Helper()
		if f, p := g.hear("k", stamp, []byte(message)); f != fresh || p != passed {
			t.Errorf("%s at %d: fresh %v, passed on %v", message, stamp, f, p)
		}
	}
	g.spread("k", 10, []byte("own"))
	hear(10, "own", false, false)
	hear(5, "older", true, false)
	if got := waiting(); got != "own" {
		t.Errorf("%s waits", got)
	}
	hear(20, "newer", true, true)
	hear(20, "newer", false, false)
	if got := waiting(); got != "newer" {
		t.Errorf("%s waits", got)
	}
	g.spread("k", 30, []byte("own again"))
	g.spread("other", 30, []byte("other"))
	if got := waiting(); got != "own again other" {
		t.Errorf("%s waits", got)
	}
}

func TestGossipIsBounded(t *testing.T) {
	pruned := prometheus.NewCounter(prometheus.CounterOpts{Name: "x"})
	g := newGossip(3, func() int { return 3 }, pruned)
	for i := range 5 * maxRumors {
		g.spread(fmt.Sprint(i), Timestamp(i), []byte("x"))
	}
	if n := g.queue.NumQueued(); n != maxRumors {
		t.Errorf("%d messages wait", n)
	}
	if n := len(g.recent) + len(g.older); n > 2*maxRumors {
		t.Errorf("%d are remembered", n)
	}
	if got := testutil.ToFloat64(pruned); got != 4*maxRumors {
		t.Errorf("%v pruned", got)
	}
}

func TestInboxIsBounded(t *testing.T) {
	b := inbox{wake: make(chan struct{}, 1)}
	n := 0
	for b.put(item{body: make([]byte, 1<<20)}) {
		n++
	}
	if n != maxInbox>>20 || b.bytes() != maxInbox {
		t.Errorf("%d messages, %d bytes", n, b.bytes())
	}
	if got := len(b.take()); got != n || b.bytes() != 0 {
		t.Errorf("%d taken, %d bytes left", got, b.bytes())
	}
	n = 0
	for b.put(item{}) {
		n++
	}
	if n != maxInboxItems {
		t.Errorf("%d empty messages", n)
	}
}

func TestOutboxControlIsBounded(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	block := make(chan struct{})
	o := &outbox{p: p, send: func([]byte) error { <-block; return nil }}
	big := control{kind: kindAnswer, size: 1 << 20, body: func() []byte { return nil }}
	o.tell(big) // is being sent or waits
	n := 1
	for ; o.tell(big); n++ {
		if n > 100 {
			t.Fatal("no bound")
		}
	}
	if n > maxServing>>20+1 {
		t.Errorf("%d MiB wait", n)
	}
	for range 3 {
		if !o.tell(control{kind: kindAsk, body: func() []byte { return nil }}) {
			t.Error("no room to ask")
		}
	}
	o.mu.Lock()
	if got := len(o.control); got > n+1 {
		t.Errorf("%d messages wait", got)
	}
	o.mu.Unlock()
	close(block)
	p.senders.Wait()
	if n, idle := o.bytes(); n != 0 || !idle {
		t.Errorf("%d bytes, idle %v", n, idle)
	}
	o.close()
	if o.tell(big) {
		t.Error("a closed outbox has room")
	}
}

func TestOutboxRestsAfterAFailure(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	p.Share("s", newTable(1))
	var kinds []kind
	fail := true
	o := &outbox{p: p, send: func(b []byte) error {
		e, err := parseEnvelope(b)
		if err != nil {
			t.Error(err)
		}
		kinds = append(kinds, e.kind)
		if fail {
			return net.ErrClosed
		}
		return nil
	}}
	for range 3 {
		o.add("s", 1, [][]byte{[]byte("record")})
		p.senders.Wait()
	}
	if want := []kind{kindRecords}; !cmp.Equal(kinds, want) {
		t.Errorf("sent %v, want %v", kinds, want)
	}
	fail = false
	o.resume()
	p.senders.Wait()
	// What waited goes first, then the digests that make up for what was lost.
	if want := []kind{kindRecords, kindRecords, kindDigest}; !cmp.Equal(kinds, want) {
		t.Errorf("sent %v, want %v", kinds, want)
	}
	o.resume()
	p.senders.Wait()
	if len(kinds) != 3 {
		t.Errorf("sent %v when there was nothing to send", kinds)
	}
}

func TestOutboxTellsOfWhatItDropped(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	p.Share("s", newTable(1))
	block, kinds := make(chan struct{}), make(map[kind]int)
	o := &outbox{p: p, send: func(b []byte) error {
		<-block
		e, err := parseEnvelope(b)
		kinds[e.kind]++
		return err
	}}
	record := make([]byte, 1<<20)
	for range 100 {
		o.add("s", 1, [][]byte{record})
	}
	if n, _ := o.bytes(); n > maxLane {
		t.Errorf("%d bytes wait", n)
	}
	dropped := testutil.ToFloat64(p.metrics.streamDrops.WithLabelValues("s"))
	close(block)
	p.senders.Wait()
	if got := float64(kinds[kindRecords]); got+dropped != 100 || dropped < 80 {
		t.Errorf("%v sent, %v dropped", got, dropped)
	}
	if kinds[kindDigest] != 1 {
		t.Errorf("%d digests were sent after something was dropped", kinds[kindDigest])
	}
}

func TestWhatDidNotFitIsAskedForAgain(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	c := p.Share("s", newTable(1))
	m := &member{out: &outbox{p: p, to: "b"}}
	m.node.Name = "b"
	p.roster.join(m)
	p.roster.expect("b", nil) // it has told its digests before
	asked := func() bool {
		list := p.roster.round(time.Now(), time.Second, time.Second)
		return len(list) == 1 && list[0].ask
	}
	if asked() {
		t.Error("asked for nothing")
	}
	e := envelope{kind: kindRecords, from: "b", state: "s", body: make([]byte, 3<<20)}.encode()
	for range maxInbox/(3<<20) + 1 {
		p.receive(e)
	}
	if !asked() || asked() {
		t.Error("did not ask once")
	}
	if got := testutil.ToFloat64(p.metrics.ignored.WithLabelValues(ignoredOverflow)); got != 1 || len(c.inbox.take()) != 10 {
		t.Errorf("%v messages did not fit", got)
	}
}
