package matrix

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// stateTransaction is where the state of a group has the transaction of its
// last message.
const stateTransaction = "transaction"

// forgets is how long a transaction keeps its name if nothing else changes. It
// matters only if the state of the group has been lost: without it a server
// would take the next repetition for a message that it has already.
const forgets = time.Hour

// transaction is the name under which a server takes a message once, however
// often it is sent. Attempts have it in common as long as they tell the same
// about the same alerts. The time of an attempt is no part of it, since each has
// its own; that of the alerts is. After a success the state has changed, and
// with it the name, so that a repetition is another message.
func (s sender) transaction(n *notify.Notification) string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%q %q %d\n", n.Receiver, n.State[stateTransaction], n.Now.Truncate(forgets).Unix())
	_, _ = fmt.Fprintf(sum, "%q %q %q %q\n", s.RoomID, s.Title, s.Message, s.HTML)
	for _, a := range n.Alerts {
		var end int64
		if a.ResolvedAt(n.Now) {
			end = a.EndsAt.UnixNano()
		}
		_, _ = fmt.Fprintf(sum, "%s %d %d\n", a.Fingerprint(), a.StartsAt.UnixNano(), end)
	}
	const most = 16 // half of the digits of either hash are plenty
	return n.Hash()[:2*most] + "-" + hex.EncodeToString(sum.Sum(nil)[:most])
}
