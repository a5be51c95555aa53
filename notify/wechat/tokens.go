package wechat

import (
	"maps"
	"sync"
	"time"
)

// tokenLife is how long a token is good for.
const tokenLife = 2 * time.Hour

// credentials are what a token stands for. They come from templates and files,
// so that one sender can have several.
type credentials struct{ corp, secret string }

// tokens remembers tokens as long as they are good.
type tokens struct {
	mu    sync.Mutex
	known map[credentials]token
}

type token struct {
	text  string
	until time.Time
}

func newTokens() *tokens { return &tokens{known: make(map[credentials]token)} }

func (t *tokens) get(who credentials) (text string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.known[who]
	return found.text, ok && time.Now().Before(found.until)
}

// put also forgets tokens that are no longer good.
func (t *tokens) put(who credentials, text string) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.known, func(_ credentials, old token) bool { return !now.Before(old.until) })
	t.known[who] = token{text: text, until: now.Add(tokenLife)}
}

// drop forgets a token, unless another one has taken its place.
func (t *tokens) drop(who credentials, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known[who].text == text {
		delete(t.known, who)
	}
}
