package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// Sender delivers notifications to one outside service.
type Sender interface {
	// Send delivers n once. It is called from several goroutines, but for one
	// group never twice at a time; after an error it may be called again for
	// the group with a newer n. It returns soon after ctx is done. An error of
	// backoff.Permanent says that trying again is useless; a *StatusError may
	// say when to. Errors must not contain secrets.
	// A sender that is an io.Closer is closed when nothing is sent any more.
	Send(ctx context.Context, n *Notification) error
}

// Notification is what one integration is to be told about one group. It is
// made for one call of Send and must not be kept.
type Notification struct {
	Receiver string
	GroupKey string
	Ref      string // names the group in URLs; see Group.Ref
	Reason   Reason
	Now      time.Time
	Alerts   []*alert.Alert // sorted; without resolved ones if the integration does not want them
	// Data is the dot of templates. It is nil for a sender made by HTTPOfAlerts, unless
	// somebody else has looked at it.
	Data *template.Data
	// State is what the integration wrote into it when it last told this group,
	// empty for a first notification. It is kept if Send succeeds.
	State map[string]string
	// Repeat is after which time the same is told again if there is no news; 0:
	// not known.
	Repeat time.Duration

	batch     template.Batch
	templates *template.Set
	*failures
}

// failures are the first ones of their sort. A notification shares them with
// its shorter versions.
type failures struct {
	invalid error // an address, key or the like could not be rendered
	broken  error // a text was replaced by the fallback

	leftOut map[Omission]int // alerts that are not told on purpose
}

// NewNotification returns what one integration is to be told about the alerts
// of a batch, which must be sorted. It renders nothing yet.
func NewNotification(groupKey string, b template.Batch, templates *template.Set) *Notification {
	n := newNotification(groupKey, b, templates)
	n.dot()
	return n
}

// newNotification returns one that has no Data yet.
func newNotification(groupKey string, b template.Batch, templates *template.Set) *Notification {
	return &Notification{
		Receiver:  b.Receiver,
		GroupKey:  groupKey,
		Ref:       Group{ID: groupKey}.Ref(),
		Reason:    Reason(b.Reason),
		Now:       b.Now,
		Alerts:    b.Alerts,
		State:     make(map[string]string),
		batch:     b,
		templates: templates,
		failures:  &failures{},
	}
}

// First returns a notification with only the first most alerts and how many
// were cut; 0 means no limit. Status and common labels are those of the alerts
// that are left.
func (n *Notification) First(most uint64) (*Notification, uint64) {
	if most == 0 || uint64(len(n.Alerts)) <= most {
		return n, 0
	}
	cut := uint64(len(n.Alerts)) - most
	b := n.batch
	b.Alerts = b.Alerts[:most]
	first := newNotification(n.GroupKey, b, n.templates)
	if n.Data != nil {
		first.dot()
	}
	first.failures, first.State, first.Repeat, first.Ref = n.failures, n.State, n.Repeat, n.Ref
	return first, cut
}

// dot returns Data, which it makes if it is not there.
func (n *Notification) dot() *template.Data {
	if n.Data == nil {
		n.Data = template.NewData(n.batch)
	}
	return n.Data
}

// render renders a text, for which Data is not made if there is no template in it.
func (n *Notification) render(t template.Text) (string, error) {
	if t.Plain() {
		return string(t), nil
	}
	return n.templates.Text(t, n.dot())
}

// Hash is the group key as 64 hexadecimal digits of its SHA-256, for services
// that ask for an identifier of limited size.
func (n *Notification) Hash() string {
	sum := sha256.Sum256([]byte(n.GroupKey))
	return hex.EncodeToString(sum[:])
}

// ContentHash identifies what is told, as 64 hexadecimal digits: it is the same
// for every attempt to tell the same, and another one as soon as an alert comes,
// goes or resolves. It is for services that drop what they have just had.
func (n *Notification) ContentHash() string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\n", n.GroupKey) // a hash does not fail
	for _, a := range n.Alerts {
		_, _ = fmt.Fprintf(sum, "%s %t\n", a.Fingerprint(), a.ResolvedAt(n.Now))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Text renders what people read. If the template fails, the alert must get
// through all the same: a plain text takes its place, and the failure is
// counted.
func (n *Notification) Text(t template.Text) string {
	text, err := n.render(t)
	if err != nil {
		return n.fallback(err)
	}
	return text
}

// HTML is Text with HTML escaping.
func (n *Notification) HTML(t template.Text) string {
	text, err := n.templates.HTML(t, n.dot())
	if err != nil {
		return html.EscapeString(n.fallback(err))
	}
	return text
}

// Value renders what a machine reads: an address, a channel, a key. There is no
// fallback for it: the first failure is kept and Err returns it.
func (n *Notification) Value(t template.Text) string {
	text, err := n.render(t)
	if err != nil && n.invalid == nil {
		n.invalid = err
	}
	return text
}

// Structure renders the strings inside a value of maps and lists; see
// template.Set.Coerce. It fails if any of them does.
func (n *Notification) Structure(value any) (any, error) {
	var failed error
	rendered := n.templates.Coerce(value, func(t template.Text) string {
		text, err := n.render(t)
		if err != nil && failed == nil {
			failed = err
		}
		return text
	})
	return rendered, failed
}

// Broken records that a text could not be rendered and had to be replaced.
func (n *Notification) Broken(err error) {
	if n.broken == nil {
		n.broken = err
	}
}

// Replaced says why a text was replaced by a fallback; nil if none was.
func (n *Notification) Replaced() error { return n.broken }

// Err is permanent and says which value could not be rendered, if any.
func (n *Notification) Err() error {
	if n.invalid == nil {
		return nil
	}
	return backoff.Permanent(fmt.Errorf("render template: %w", n.invalid))
}

func (n *Notification) fallback(err error) string {
	n.Broken(err)
	var b strings.Builder
	alerts := n.dot().Alerts
	firing := len(alerts.Firing())
	fmt.Fprintf(&b, "[%d firing, %d resolved] %s\n", firing, len(alerts)-firing, n.batch.GroupLabels)
	b.WriteString("The template for this text failed; see the log of tocsin.\n")
	const most = 20
	for i, a := range alerts {
		if i == most {
			fmt.Fprintf(&b, "… and %d more\n", len(alerts)-most)
			break
		}
		fmt.Fprintf(&b, "%s: %s\n", a.Status, a.Labels)
	}
	return b.String()
}
