package cluster

import (
	"slices"
	"testing"

	"github.com/hashicorp/memberlist"
)

// acquaintance is a replica that knows another one, b, which sends nothing and is
// sent nothing.
func acquaintance(t *testing.T) *Peer {
	t.Helper()
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	out := &outbox{p: p, to: "b", send: func([]byte) error { return nil }, resting: true}
	p.roster.join(&member{node: memberlist.Node{Name: "b"}, out: out})
	return p
}

func (p *Peer) from(name string, k kind, body []byte) []byte {
	e := p.letter(k, "", body)
	e.from = name
	return e.encode()
}

// What a peer told in a push/pull may be from before it knew us.
func TestOnlyWhatAPeerSendsUsCountsAsTold(t *testing.T) {
	p := acquaintance(t)
	digests := p.from("b", kindDigest, nil)
	p.receivePushed(digests)
	if p.roster.untold() != 1 {
		t.Error("the first push/pull counts")
	}
	p.receive(digests)
	if p.roster.untold() != 0 {
		t.Error("its own digests do not count")
	}
}

// A goodbye is of one life. If the others do not notice that it is over, since the
// next one begins so soon, they would take that one for about to leave.
func TestWhoAsksIsNotLeaving(t *testing.T) {
	p := acquaintance(t)
	p.receive(p.from("b", kindBye, nil))
	if !p.roster.candidates()[0].frail {
		t.Fatal("who said goodbye is not about to leave")
	}
	p.receive(p.from("b", kindAsk, nil))
	if p.roster.candidates()[0].frail {
		t.Error("who asks is about to leave")
	}
}

// What a replica has done is known before it is taken for gone.
func TestTheGoodbyeComesLast(t *testing.T) {
	p := acquaintance(t)
	out := p.roster.out("b")
	out.tell(control{kind: kindBye, body: func() []byte { return nil }})
	out.tell(control{kind: kindAsk, body: func() []byte { return nil }})
	out.add("s", 1, [][]byte{{1}})
	var sent []kind
	out.send = func(message []byte) error {
		e, err := parseEnvelope(message)
		sent = append(sent, e.kind)
		return err
	}
	out.resting, out.active = false, true
	out.run()
	if want := []kind{kindRecords, kindBye, kindAsk}; !slices.Equal(sent, want) {
		t.Errorf("sent %v, want %v", sent, want)
	}
}
