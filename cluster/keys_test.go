package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/memberlist"
)

func withKeys(keys ...[]byte) func(*Options) { return func(o *Options) { o.SecretKeys = keys } }

func TestKeysAreRotated(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		old, next := key(1), key(2)
		nodes := g.startAll(3, withKeys(old))
		g.together(3 * time.Second)
		for step, keys := range [][][]byte{{old, next}, {next, old}, {next}} {
			for i, n := range nodes { // one after the other, as reloads are
				if err := n.SetKeys(keys); err != nil {
					t.Fatal(err)
				}
				k := fmt.Sprint(step, i)
				n.small.Broadcast(k, n.silences.Put(k, 1, "x"))
				n.bulk.Stream(n.alerts.Put(k, 1, "x"))
				g.equal(time.Second)
				for range 30 {
					time.Sleep(time.Second)
					g.together(0)
				}
			}
		}
		for _, n := range nodes {
			if got := n.metric(t, "tocsin_cluster_comparisons_total"); got == 0 {
				t.Error("nothing was compared")
			}
			n.notLogged(t, "peer failed")
			n.notLogged(t, "ecrypt packet failed")
			n.notLogged(t, string(next))
		}
		late := g.start("late", address(9), withKeys(old))
		time.Sleep(30 * time.Second)
		if names(late.Peer) != "late" || names(nodes[0].Peer) != "a b c" {
			t.Errorf("with the old key: %s, %s", names(late.Peer), names(nodes[0].Peer))
		}
		late.logged(t, "msg=\"peer cannot be joined, trying again\" address="+address(0), hintKey)
		nodes[0].logged(t, hintKey)
		if err := late.SetKeys([][]byte{next}); err != nil {
			t.Fatal(err)
		}
		g.together(30 * time.Second)
		g.equal(5 * time.Second)
	})
}

func TestKeyedAndPlainReplicas(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.peers = []string{address(0), address(1)}
		a, b := g.start("a", address(0), withKeys(key(1))), g.start("b", address(1))
		time.Sleep(30 * time.Second)
		if names(a.Peer) != "a" || names(b.Peer) != "b" {
			t.Errorf("a sees %s, b sees %s", names(a.Peer), names(b.Peer))
		}
		a.logged(t, hintNoKey)
		b.logged(t, hintNoKey)
	})
}

func TestLabelsThatDiffer(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		g.peers = []string{address(0), address(1)}
		a := g.start("a", address(0), func(o *Options) { o.Label = "prod" })
		b := g.start("b", address(1), func(o *Options) { o.Label = "dev" })
		time.Sleep(30 * time.Second)
		a.logged(t, hintLabel)
		b.logged(t, hintLabel)
	})
}

func TestSetKeys(t *testing.T) {
	p, err := New(Options{SecretKeys: [][]byte{key(1)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SetKeys([][]byte{key(1), key(2)[:5]}); err == nil || !strings.Contains(err.Error(), "secret key 1") {
		t.Errorf("a short key: %v", err)
	}
	if err := p.SetKeys(nil); !errors.Is(err, errBothOrNone) {
		t.Errorf("no key: %v", err)
	}
	if err := p.SetKeys([][]byte{key(3)}); err != nil { // before it runs
		t.Error(err)
	}
	if ring, err := p.openRing(); err != nil || !bytes.Equal(ring.GetPrimaryKey(), key(3)) {
		t.Errorf("ring %v, %v", ring, err)
	}
	plain, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := plain.SetKeys([][]byte{key(1)}); !errors.Is(err, errBothOrNone) {
		t.Errorf("keys where there were none: %v", err)
	}
	if err := plain.SetKeys(nil); err != nil {
		t.Error(err)
	}
}

func TestTurn(t *testing.T) {
	tests := []struct{ from, to string }{
		{"a", "a"},
		{"a", "ab"},
		{"ab", "ba"},
		{"ba", "b"},
		{"abc", "ac"},
		{"abc", "c"},
		{"abc", "z"},
		{"abc", "zb"},
		{"abc", "xyz"},
		{"abcd", "dxb"},
		{"a", "zya"},
		{"abc", "bb"},
	}
	for _, tt := range tests {
		ring, err := memberlist.NewKeyring(keysOf(tt.from), key(tt.from[0]))
		if err != nil {
			t.Fatal(err)
		}
		held := ring.GetKeys() // by somebody who is decrypting
		before := textOf(held)
		if err := turn(ring, keysOf(tt.to)); err != nil {
			t.Errorf("%s to %s: %v", tt.from, tt.to, err)
		}
		got := textOf(ring.GetKeys())
		if got[0] != tt.to[0] || !cmp.Equal(setOf(got), setOf(tt.to)) {
			t.Errorf("%s to %s became %s", tt.from, tt.to, got)
		}
		if textOf(held) != before {
			t.Errorf("%s to %s: what was in use became %s", tt.from, tt.to, textOf(held))
		}
	}
}

func keysOf(text string) [][]byte {
	var keys [][]byte
	for i := range len(text) {
		keys = append(keys, key(text[i]))
	}
	return keys
}

func textOf(keys [][]byte) string {
	text := ""
	for _, k := range keys {
		text += string(k[:1])
	}
	return text
}

func setOf(text string) map[rune]bool {
	set := make(map[rune]bool)
	for _, r := range text {
		set[r] = true
	}
	return set
}
