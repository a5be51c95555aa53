package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/go-kit/log/level"
	"github.com/hashicorp/memberlist"
)

// SetKeys replaces the keys that were given as Options.SecretKeys; the first is
// used for sending from now on, all are accepted. A replica that began without
// keys cannot have them later, nor the other way round.
//
// Keys are changed without losing a message in three steps, each on all replicas
// before the next: add the new key behind the old one, put it in front, drop the
// old one.
func (p *Peer) SetKeys(keys [][]byte) error {
	if err := checkKeys(keys); err != nil {
		return err
	}
	if (len(keys) > 0) != (len(p.o.SecretKeys) > 0) {
		return fmt.Errorf("change secret keys: %w", errBothOrNone)
	}
	if len(keys) == 0 {
		return nil
	}
	p.keys.Lock()
	defer p.keys.Unlock()
	p.newest = keys
	if p.ring == nil {
		return nil // taken when it begins
	}
	if err := turn(p.ring, keys); err != nil {
		return fmt.Errorf("change secret keys: %w", err)
	}
	_ = level.Info(p.logger).Log("msg", "secret keys changed", "keys", len(keys))
	return nil
}

var errBothOrNone = errors.New("whether gossip is encrypted is decided at the start")

func checkKeys(keys [][]byte) error {
	for i, key := range keys {
		if err := memberlist.ValidateKey(key); err != nil {
			return fmt.Errorf("secret key %d: %w", i, err)
		}
	}
	return nil
}

// openRing makes the keyring, nil without keys.
func (p *Peer) openRing() (*memberlist.Keyring, error) {
	p.keys.Lock()
	defer p.keys.Unlock()
	keys := p.o.SecretKeys
	if p.newest != nil {
		keys = p.newest
	}
	if len(keys) == 0 {
		return nil, nil
	}
	ring, err := memberlist.NewKeyring(keys, keys[0])
	if err != nil {
		return nil, fmt.Errorf("make keyring: %w", err)
	}
	p.ring = ring
	return ring, nil
}

// turn makes the keys of a ring those given, while it is in use.
//
// Only ever the last key of a ring is removed. For another one the ring would move
// those behind it where they are, under the eyes of whoever is decrypting with
// them. UseKey is what brings a key to the front, and so the others to the end;
// but it also has that key used for sending, which is why only keys that stay are
// brought there.
func turn(ring *memberlist.Keyring, keys [][]byte) error {
	stays := func(key []byte) bool { return contains(keys, key) }
	kept := slices.DeleteFunc(slices.Clone(ring.GetKeys()), func(key []byte) bool { return !stays(key) })
	if len(kept) == 0 {
		kept = keys[:1]
		if err := ring.AddKey(keys[0]); err != nil {
			return err
		}
	}
	if !slices.EqualFunc(ring.GetKeys()[:len(kept)], kept, bytes.Equal) {
		for _, key := range slices.Backward(kept) {
			if err := ring.UseKey(key); err != nil {
				return err
			}
		}
	}
	for all := ring.GetKeys(); len(all) > len(kept); all = ring.GetKeys() {
		if err := ring.RemoveKey(all[len(all)-1]); err != nil {
			return err
		}
	}
	for _, key := range keys {
		if err := ring.AddKey(key); err != nil {
			return err
		}
	}
	return ring.UseKey(keys[0])
}

func contains(keys [][]byte, key []byte) bool {
	return slices.ContainsFunc(keys, func(k []byte) bool { return bytes.Equal(k, key) })
}
