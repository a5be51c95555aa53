package notify

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/go-kit/log"
)

// closer is a sender that has something to let go of.
type closer struct {
	closed int
	err    error
}

func (c *closer) Send(context.Context, *Notification) error { return nil }

func (c *closer) Close() error {
	c.closed++
	return c.err
}

type plainSender struct{}

func (plainSender) Send(context.Context, *Notification) error { return nil }

func TestCloseClosesSenders(t *testing.T) {
	well, badly := &closer{}, &closer{err: errors.New("still open")}
	var logged bytes.Buffer
	p := New(Options{Logger: log.NewLogfmtLogger(&logged), Receivers: []Receiver{{Name: "r", Integrations: []*Integration{
		{Receiver: "r", Kind: "a", Sender: badly},
		{Receiver: "r", Kind: "b", Sender: plainSender{}},
		{Receiver: "r", Kind: "c", Index: 3, Sender: well},
	}}}})
	if well.closed != 0 {
		t.Error("closed before the end")
	}
	p.Close(t.Context())
	if well.closed != 1 || badly.closed != 1 {
		t.Errorf("closed %d and %d times", well.closed, badly.closed)
	}
	if text := logged.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, `integration=a[0] err="still open"`) {
		t.Errorf("the log says %q", text)
	}
}
