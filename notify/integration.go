package notify

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/internal/line"
)

// defaultTimeout bounds an attempt whose integration sets no timeout. It is
// long, because a slow receiver is still a receiver, and finite, because a hung
// one must not hold its slot for ever.
const defaultTimeout = 5 * time.Minute

// slots is how many groups one integration tells at the same time. Others wait
// in line without a goroutine. As many may have been told and wait until that is
// written down.
const slots = 32

// allSlots is how many attempts are made at the same time by all integrations
// together, so that memory and connections stay bounded however many there are.
const allSlots = 1024

// Receiver is a name and the integrations that are told under it.
type Receiver struct {
	Name         string
	Integrations []*Integration
}

// Integration is one configured way to tell a receiver. It belongs to one
// pipeline.
type Integration struct {
	Receiver     string
	Kind         string
	Index        int // place among the receiver's integrations of this kind
	SendResolved bool
	Timeout      time.Duration // for one attempt; 0: a default of minutes
	Sender       Sender

	line    *line.Line[*delivery]
	breaker breaker
}

// Name is how logs call the integration: webhook[0].
func (in *Integration) Name() string { return fmt.Sprintf("%s[%d]", in.Kind, in.Index) }

func (in *Integration) key(group string) LogKey {
	return LogKey{Group: group, Receiver: in.Receiver, Integration: in.Kind, Index: in.Index}
}

// patience bounds one attempt.
func (in *Integration) patience() time.Duration {
	if in.Timeout <= 0 {
		return defaultTimeout
	}
	return in.Timeout
}

// send makes one attempt.
func (in *Integration) send(ctx context.Context, n *Notification) error {
	return in.guarded(ctx, func(ctx context.Context) error { return in.Sender.Send(ctx, n) })
}

// guarded does something with the timeout of an attempt. A panic in an integration
// must cost its notification and nothing else.
func (in *Integration) guarded(ctx context.Context, do func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, in.patience())
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = backoff.Permanent(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return do(ctx)
}
