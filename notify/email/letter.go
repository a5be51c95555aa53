package email

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// letter is a message and what the server has to know about it.
type letter struct {
	from    string
	to      []string
	message []byte // lines end with CR LF
}

// letter makes the message. Values that cannot be rendered are left for n.Err.
func (s sender) letter(n *notify.Notification) (letter, error) {
	senders, err := addresses("from", n.Value(s.From))
	if err != nil {
		return letter{}, err
	}
	if len(senders) != 1 {
		return letter{}, fmt.Errorf("from: want one address, not %d", len(senders))
	}
	recipients, err := addresses("to", n.Value(s.To))
	if err != nil {
		return letter{}, err
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	if err := s.write(parts, n); err != nil {
		return letter{}, fmt.Errorf("write message: %w", err)
	}
	message := slices.Concat([]byte(s.head(n, parts.Boundary())), []byte("\r\n"), body.Bytes())
	return letter{from: senders[0], to: recipients, message: message}, nil
}

// addresses reads a list of addresses and returns them without names, as SMTP
// wants them.
func addresses(key, text string) ([]string, error) {
	list, err := mail.ParseAddressList(text)
	if err != nil {
		shown, _ := notify.TruncateRunes(text, 100)
		return nil, fmt.Errorf("%s: %q is no list of addresses: %s", key, shown, strings.TrimPrefix(err.Error(), "mail: "))
	}
	bare := make([]string, len(list))
	for i, address := range list {
		// String puts quotes where they are needed, so that nothing in an address
		// is read as the end of it.
		text := (&mail.Address{Address: address.Address}).String()
		bare[i] = strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
		if strings.ContainsAny(bare[i], "\r\n") {
			return nil, errors.New(key + ": an address has a line break")
		}
	}
	return bare, nil
}

// head is everything before the empty line.
func (s sender) head(n *notify.Notification, boundary string) string {
	var b strings.Builder
	add := func(name, value string) { b.WriteString(headerLine(name, value)) }
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		switch {
		case isFixed(name):
		case name == "Subject":
			add(name, n.Text(s.Headers[name]))
		case isForMachines(name):
			add(name, n.Value(s.Headers[name]))
		default:
			add(name, n.Word(s.Headers[name], ""))
		}
	}
	now := s.now()
	if _, given := s.Headers["Message-Id"]; !given {
		add("Message-Id", fmt.Sprintf("<%d.%d@%s>", now.UnixNano(), rand.Uint64(), s.hostname))
	}
	if s.Threading.Enabled {
		add("References", s.thread(n))
		add("In-Reply-To", s.thread(n))
	}
	if _, given := s.Headers["Date"]; !given {
		add("Date", now.Format(time.RFC1123Z))
	}
	add("Content-Type", "multipart/alternative;  boundary="+boundary)
	add("MIME-Version", "1.0")
	return b.String()
}

// isFixed says whether a header describes how the message is built. That is not
// for the configuration to say.
func isFixed(name string) bool {
	switch name {
	case "Content-Type", "Content-Transfer-Encoding", "Mime-Version":
		return true
	}
	return false
}

// thread is the id of a message that was never sent, which all messages of a
// thread answer.
func (s sender) thread(n *notify.Notification) string {
	date := ""
	if s.Threading.ThreadByDate == "daily" {
		date = n.Now.Format(time.DateOnly)
	}
	return fmt.Sprintf("<alert-%s-%s@alertmanager>", n.Hash()[:16], date)
}

// write adds the parts, of which the last one is the best.
func (s sender) write(parts *multipart.Writer, n *notify.Notification) error {
	if s.Text != "" {
		if err := writePart(parts, "text/plain", n.Text(s.Text)); err != nil {
			return err
		}
	}
	if s.HTML != "" {
		if err := writePart(parts, "text/html", n.HTML(s.HTML)); err != nil {
			return err
		}
	}
	return parts.Close()
}

func writePart(parts *multipart.Writer, mediaType, text string) error {
	part, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Transfer-Encoding": {"quoted-printable"},
		"Content-Type":              {mediaType + "; charset=UTF-8"},
	})
	if err != nil {
		return err
	}
	encoder := quotedprintable.NewWriter(part)
	if _, err := encoder.Write([]byte(text)); err != nil {
		return err
	}
	return encoder.Close()
}
