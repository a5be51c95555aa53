package cluster

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/memberlist"
)

// Messages that Alertmanager 0.25 has sent.
const (
	// An entry of the log: the group {}:{alertname="Early"} of the receiver team.
	entryMessage = "0a036e666c1254530a430a167b7d3a7b616c6572746e616d653d224561726c79227d120f0a047465616d1207776562686f6f6b" +
		"2a0c08ab8985d80610abedf48602320a8194c3878eb6e5e8f901120c08cbc185d80610abedf48602"
	// A silence.
	silenceMessage = "0a0373696c127a790a690a2434613965333234352d616661382d343539322d396138352d633366386133633337363463120e" +
		"1209616c6572746e616d651a01421a0c08ae8985d80610ac9df49702220c08bea585d80610c0c8f996022a0c08ae8985d80610ac9df49702" +
		"4203616e6e4a026331120c08bed49fd80610c0c8f99602"
	// The whole state: that entry, and no silences.
	stateMessage = "0a5b" + entryMessage + "0a050a0373696c"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// notes is a state of texts, each of which begins with its key.
type notes struct {
	mu   sync.Mutex
	list map[string]string
}

var errNote = errors.New("no key")

func newNotes(list ...string) *notes {
	n := &notes{list: make(map[string]string)}
	for _, text := range list {
		_, _ = n.Take([]byte(text))
	}
	return n
}

func (n *notes) Records() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		n.mu.Lock()
		defer n.mu.Unlock()
		for _, key := range slices.Sorted(maps.Keys(n.list)) {
			if !yield([]byte(n.list[key])) {
				return
			}
		}
	}
}

func (n *notes) Take(record []byte) (string, error) {
	key, _, found := strings.Cut(string(record), "=")
	if !found {
		return "", errNote
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if string(record) <= n.list[key] {
		return "", nil
	}
	n.list[key] = string(record)
	return key, nil
}

func (n *notes) has(text string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	key, _, _ := strings.Cut(text, "=")
	return n.list[key] == text
}

// alertmanager imitates a member of a cluster of Alertmanager.
type alertmanager struct {
	list *memberlist.Memberlist

	mu       sync.Mutex
	state    []byte
	messages [][]byte
	states   [][]byte
}

func (*alertmanager) NodeMeta(int) []byte             { return nil }
func (*alertmanager) GetBroadcasts(int, int) [][]byte { return nil }

func (a *alertmanager) LocalState(bool) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state
}

func (a *alertmanager) NotifyMsg(b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.messages = append(a.messages, bytes.Clone(b))
}

func (a *alertmanager) MergeRemoteState(b []byte, _ bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.states = append(a.states, bytes.Clone(b))
}

func (a *alertmanager) heard(message []byte) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.messages, func(m []byte) bool { return bytes.Equal(m, message) })
}

func (a *alertmanager) all() [][]byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.messages)
}

func (a *alertmanager) lastState() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.states) == 0 {
		return nil
	}
	return a.states[len(a.states)-1]
}

// alertmanager starts one.
func (g *group) alertmanager(name, at string, state []byte) *alertmanager {
	g.t.Helper()
	a := &alertmanager{state: state}
	c := memberlist.DefaultLANConfig()
	c.Name, c.Delegate, c.Transport = name, a, g.net.Listen(at)
	c.Logger = nil
	c.LogOutput = &syncBuffer{}
	host, port, err := splitAddress(at)
	if err != nil {
		g.t.Fatal(err)
	}
	c.AdvertiseAddr, c.AdvertisePort, c.BindPort = host, port, port
	if a.list, err = memberlist.Create(c); err != nil {
		g.t.Fatal(err)
	}
	g.nodes = append(g.nodes, &node{stop: func() { _ = a.list.Shutdown() }})
	return a
}

// foreignNode is a replica among members of Alertmanager.
type foreignNode struct {
	*node
	log, silences *notes
	sil           *Channel
}

func (g *group) foreign(name, at string, log, silences *notes, change ...func(*Options)) *foreignNode {
	g.t.Helper()
	n := &foreignNode{node: &node{address: at, logs: &syncBuffer{}, stop: func() {}}, log: log, silences: silences}
	o := Options{
		Name: name, Peers: g.peers, Version: "1.2.3", SettleTimeout: time.Minute, Alertmanager: true,
		Transport: g.net.Listen(at), Resolver: noResolver{},
	}
	for _, f := range change {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		g.t.Fatal(err)
	}
	n.Peer = p
	p.ShareForeign("nfl", log)
	n.sil = p.ShareForeign("sil", silences)
	n.run(g.t)
	g.nodes = append(g.nodes, n.node)
	return n
}

func TestMessagesOfAlertmanager(t *testing.T) {
	for name, tc := range map[string]struct{ message, key string }{
		"log":     {entryMessage, "nfl"},
		"silence": {silenceMessage, "sil"},
	} {
		t.Run(name, func(t *testing.T) {
			message := unhex(t, tc.message)
			key, data, err := parsePart(message)
			if err != nil || key != tc.key {
				t.Fatalf("key %q, error %v", key, err)
			}
			records, err := parseRecords(data)
			if err != nil || len(records) != 1 {
				t.Fatalf("%d records, error %v", len(records), err)
			}
			if diff := cmp.Diff(message, update(key, records[0])); diff != "" {
				t.Errorf("written again (-was +is):\n%s", diff)
			}
		})
	}
}

func TestWholeStateOfAlertmanager(t *testing.T) {
	_, data, err := parsePart(unhex(t, entryMessage))
	if err != nil {
		t.Fatal(err)
	}
	records, err := parseRecords(data)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{Alertmanager: true})
	if err != nil {
		t.Fatal(err)
	}
	p.ShareForeign("sil", newNotes())
	p.ShareForeign("nfl", fixed(records))
	if diff := cmp.Diff(unhex(t, stateMessage), foreignDelegate{delegate{p}}.LocalState(true)); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

// fixed is a state that does not change.
type fixed [][]byte

func (f fixed) Records() iter.Seq[[]byte] { return slices.Values(f) }
func (fixed) Take([]byte) (string, error) { return "", nil }

// part is a Part with texts, and states a whole state.
func part(key string, texts ...string) []byte {
	return appendPart(nil, key, func(yield func([]byte) bool) {
		for _, text := range texts {
			if !yield([]byte(text)) {
				return
			}
		}
	})
}

func states(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, 0x0a)
		b = appendBytes(b, p)
	}
	return b
}

func TestWhatAMemberKnowsIsKnownWhenSettled(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a := g.alertmanager("01", address(0), states(part("new", "x=1"), part("sil", "s=1"), part("nfl", "e=1", "bad", "f=1")))
		g.peers = []string{address(0)}
		n := g.foreign("02", address(1), newNotes("e=0", "g=1"), newNotes())
		if err := n.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for text, state := range map[string]*notes{"s=1": n.silences, "e=1": n.log, "f=1": n.log, "g=1": n.log} {
			if !state.has(text) {
				t.Errorf("%s is not known", text)
			}
		}
		// What it has told was true before it heard.
		eventually(t, time.Second, "its state arrives", func() bool { return a.lastState() != nil })
		if diff := cmp.Diff(states(part("nfl", "e=0", "g=1"), part("sil")), a.lastState()); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
	})
}

// Who has settled must know what the others know, even if they have come first and
// are members before they have been asked.
func TestEveryMemberIsAsked(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		one := g.alertmanager("01", address(0), states(part("sil", "a=1")))
		g.alertmanager("02", address(1), states(part("sil", "b=1")))
		if _, err := one.list.Join([]string{address(1)}); err != nil {
			t.Fatal(err)
		}
		g.peers = []string{address(0), address(1), address(2)}
		n := g.foreign("03", address(2), newNotes(), newNotes())
		if err := n.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !n.silences.has("a=1") || !n.silences.has("b=1") {
			t.Error("settled without what one of the members knows")
		}
	})
}

// A replica that was started without the flag says so.
func TestAmongAlertmanagersByMistake(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.alertmanager("01", address(0), nil)
		g.peers = []string{address(0), address(1)}
		n := g.start("02", address(1))
		time.Sleep(time.Minute)
		n.logged(t, `level=warn msg="peer cannot be joined, trying again" address=10.0.0.1:9094`, "start the other with that flag")
	})
}

func TestUpdatesAmongMembers(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a, b := g.alertmanager("01", address(0), nil), g.alertmanager("02", address(1), nil)
		g.peers = []string{address(0), address(1)}
		n := g.foreign("03", address(2), newNotes(), newNotes())
		eventually(t, 5*time.Second, "three members", func() bool { return len(n.Members()) == 3 && a.list.NumMembers() == 3 && b.list.NumMembers() == 3 })

		// Ours, small and large.
		large := "large=" + strings.Repeat("x", maxGossip)
		n.sil.Broadcast("s", []byte("s=1"))
		n.sil.Broadcast("large", []byte(large))
		for _, m := range []*alertmanager{a, b} {
			eventually(t, 2*time.Second, "updates arrive", func() bool { return m.heard(part("sil", "s=1")) && m.heard(part("sil", large)) })
		}

		// Theirs, which is passed on if it is small, and what nobody understands.
		self := a.list.Members()[slices.IndexFunc(a.list.Members(), func(m *memberlist.Node) bool { return m.Name == "03" })]
		theirs := "l=" + strings.Repeat("y", maxGossip)
		for _, message := range [][]byte{
			[]byte("nonsense"), part("unknown", "z=1"), part("sil", "bad"),
			{0x0a, 0x03, 's', 'i', 'l', 0x12, 0x02, 0x7f, 'x'},
			part("nfl"),
			part("nfl", "t=1"), part("nfl", theirs),
		} {
			if err := a.list.SendReliable(self, message); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, 2*time.Second, "they are taken in", func() bool { return n.log.has("t=1") && n.log.has(theirs) })
		eventually(t, 2*time.Second, "the small one is passed on", func() bool { return b.heard(part("nfl", "t=1")) })
		time.Sleep(2 * time.Second)
		for _, text := range []string{theirs, "bad"} {
			if b.heard(part("nfl", text)) || b.heard(part("sil", text)) {
				t.Errorf("%.5s was passed on", text)
			}
		}
		all := slices.Concat(a.all(), b.all())
		if len(all) > 60 {
			t.Errorf("%d messages for three updates", len(all))
		}
		for _, m := range all {
			if !bytes.HasPrefix(m, []byte{0x0a, 0x03}) {
				t.Errorf("a member was told what it does not understand: %q", m)
			}
		}
	})
}

// A member that could not be told of an update soon gets the whole state.
func TestLostUpdateIsMadeUpFor(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		a := g.alertmanager("01", address(0), nil)
		g.peers = []string{address(0)}
		n := g.foreign("02", address(1), newNotes(), newNotes(), func(o *Options) { o.PushPullInterval = time.Hour })
		eventually(t, 5*time.Second, "two members", func() bool { return len(n.Members()) == 2 })
		n.roster.out("01").send = func([]byte) error { return errNotRunning }
		_, _ = n.silences.Take([]byte("s=1"))
		n.sil.Stream([]byte("s=1"))
		eventually(t, 5*time.Second, "the whole state arrives", func() bool { return bytes.Contains(a.lastState(), []byte("s=1")) })
	})
}

// All members go by the order of the names, for all groups.
func TestTurnsAmongMembers(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.alertmanager("01", address(0), nil)
		g.peers = []string{address(0)}
		first := g.foreign("00", address(1), newNotes(), newNotes())
		last := g.foreign("02", address(2), newNotes(), newNotes())
		eventually(t, 5*time.Second, "three members", func() bool { return len(first.Members()) == 3 && len(last.Members()) == 3 })
		for _, group := range []string{"a", "b", "c", "d"} {
			if wait := first.Wait(group); wait != 0 {
				t.Errorf("group %s: the first waits %s", group, wait)
			}
			if wait := last.Wait(group); wait != 30*time.Second {
				t.Errorf("group %s: the last waits %s", group, wait)
			}
		}
	})
}

func TestSharingWithTheWrongMembers(t *testing.T) {
	for _, foreign := range []bool{false, true} {
		p, err := New(Options{Alertmanager: foreign, ListenAddress: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		want := errNotForeign
		if foreign {
			want = errForeign
			p.Share("sil", newTable(1))
		} else {
			p.ShareForeign("sil", newNotes())
		}
		if err := p.Run(context.Background()); !errors.Is(err, want) {
			t.Errorf("foreign %t: error %v", foreign, err)
		}
	}
}

// FuzzForeign wants that nothing which a member sends does any harm, and that
// everything which is kept was sent.
func FuzzForeign(f *testing.F) {
	for _, s := range []string{entryMessage, silenceMessage, stateMessage} {
		f.Add(unhex(f, s))
	}
	f.Add(part("sil", "a=1", "b=2"))
	f.Add(states(part("sil", "a=1", "bad"), part("nfl", "c=3")))
	f.Add([]byte{0x0a, 0x03, 's', 'i', 'l', 0x12, 0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := New(Options{Alertmanager: true})
		if err != nil {
			t.Fatal(err)
		}
		state := newNotes()
		for _, name := range []string{"sil", "nfl"} {
			p.ShareForeign(name, state)
		}
		d := foreignDelegate{delegate{p}}
		d.NotifyMsg(b)
		for _, c := range p.channels {
			for _, i := range c.inbox.take() {
				c.take(i.body, c.passOn)
			}
		}
		d.MergeRemoteState(b, false)
		total := 0
		for _, text := range state.list {
			total += len(text)
			if !bytes.Contains(b, []byte(text)) {
				t.Errorf("%q was never sent", text)
			}
		}
		if total > 2*len(b) {
			t.Errorf("%d bytes were kept of %d", total, len(b))
		}
		if n := p.gossip.queue.NumQueued(); n > len(b) {
			t.Errorf("%d messages because of %d bytes", n, len(b))
		}
	})
}
