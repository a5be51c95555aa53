package email

import (
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// maxHeard bounds what a server may say in one conversation, so that it cannot
// fill the memory; maxSaid bounds what is repeated of it in an error.
const (
	maxHeard = 1 << 20
	maxSaid  = 1 << 10
)

var errTalkative = errors.New("the server says too much")

// bounded is a connection that stops listening. It is read by one goroutine.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTalkative
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// SetWriteDeadline does nothing: package tls sets a deadline of its own to say
// goodbye, and would take back that of a context that is done.
func (b *bounded) SetWriteDeadline(time.Time) error { return nil }

// failed says at which step an error happened, in a text that is fit for a log
// line.
func failed(step string, err error) error { return failure{step: step, err: err} }

type failure struct {
	step    string
	err     error
	conceal *strings.Replacer // may be nil
}

func (f failure) Error() string {
	text := f.err.Error()
	if reply, ok := errors.AsType[*textproto.Error](f.err); ok {
		text = fmt.Sprintf("%03d %s", reply.Code, oneLine(reply.Msg))
	}
	if f.conceal != nil {
		text = f.conceal.Replace(text)
	}
	text, _ = notify.TruncateBytes(strings.ToValidUTF8(text, ""), maxSaid)
	return f.step + ": " + text
}

func (f failure) Unwrap() error { return f.err }
