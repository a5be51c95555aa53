package email

import (
	"bufio"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// What the server knows of its one user.
const (
	username = "ops"
	password = "pass-w0rd"
	secret   = "cram-s3cret"
)

// conduct is how a server behaves.
type conduct struct {
	offers    []string          // extensions
	offersTLS []string          // extensions over TLS; nil: as offers
	implicit  bool              // TLS begins with the connection
	answers   map[string]string // to commands, "connect" and "message", instead of the usual
	drops     string            // the command at which it closes the connection
	hangs     string            // the command that it does not answer
	prompts   [2]string         // of LOGIN
}

// server is an SMTP server for tests. It writes down what is said.
type server struct {
	conduct
	tls *tls.Config
	ca  []byte // PEM

	wg       sync.WaitGroup
	mu       sync.Mutex
	sessions []*dialog
}

// newServer makes a server with a certificate for mail.example.
func newServer(t *testing.T, c conduct) *server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test"},
		DNSNames:              []string{"mail.example", "localhost"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c.prompts == [2]string{} {
		c.prompts = [2]string{"Username:", "Password:"}
	}
	return &server{
		conduct: c,
		tls:     &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		ca:      pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	}
}

// listen serves on loopback until the test ends and returns the address.
func (s *server) listen(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(c)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}

// pipe is a dialler to the server, whatever the address.
func (s *server) pipe(context.Context, string, string) (net.Conn, error) {
	mine, other := net.Pipe()
	s.serve(other)
	return mine, nil
}

// to returns a dialler to an address, whatever it is asked for.
func to(address string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

// serve talks on a connection until it ends.
func (s *server) serve(c net.Conn) {
	d := &dialog{server: s, raw: c, conn: c, offers: s.offers}
	s.mu.Lock()
	s.sessions = append(s.sessions, d)
	s.mu.Unlock()
	s.wg.Go(func() {
		defer c.Close()
		d.talk()
	})
}

// wait returns the sessions when the clients have closed all connections.
func (s *server) wait() []*dialog {
	s.wg.Wait()
	return s.sessions
}

// dialog is one session.
type dialog struct {
	*server
	raw, conn net.Conn
	in        *bufio.Reader
	offers    []string
	log       strings.Builder // what was said
	message   string          // what was delivered
}

func (d *dialog) talk() {
	d.in = bufio.NewReader(d.conn)
	if d.implicit && !d.encrypt() || !d.say("connect", "220 mail.example ESMTP") {
		return
	}
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		fmt.Fprintf(&d.log, "C: %s\n", line)
		if !d.obey(line) {
			return
		}
	}
}

// say answers a command, or the commands that begin with the same word, and reports whether to go on.
func (d *dialog) say(command, usual string) bool {
	verb, _, _ := strings.Cut(command, " ")
	switch verb {
	case d.drops:
		d.log.WriteString("S hangs up\n")
		return false
	case d.hangs:
		_, _ = io.Copy(io.Discard, d.in)
		return false
	}
	text := cmp.Or(d.answers[command], d.answers[verb], usual)
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(&d.log, "S: %s\n", line)
	}
	_, err := io.WriteString(d.conn, strings.ReplaceAll(text, "\n", "\r\n")+"\r\n")
	return err == nil
}

func (d *dialog) obey(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "EHLO":
		lines := append([]string{"mail.example"}, d.offers...)
		for i := range lines {
			lines[i] = "250-" + lines[i]
		}
		lines[len(lines)-1] = strings.Replace(lines[len(lines)-1], "-", " ", 1)
		return d.say(verb, strings.Join(lines, "\n"))
	case "STARTTLS":
		return d.say(verb, "220 go ahead") && (d.answers[verb] != "" || d.encrypt())
	case "AUTH":
		return d.auth(rest)
	case "DATA":
		return d.say(verb, "354 go ahead") && (d.answers[verb] != "" || d.data())
	case "QUIT":
		d.say(verb, "221 bye")
		return false
	case "HELO", "MAIL", "RCPT":
		return d.say(line, "250 ok")
	}
	return d.say(verb, "500 unknown command")
}

func (d *dialog) encrypt() bool {
	c := tls.Server(d.conn, d.tls)
	if err := c.HandshakeContext(context.Background()); err != nil {
		d.log.WriteString("no TLS\n")
		return false
	}
	fmt.Fprintf(&d.log, "TLS for %q\n", c.ConnectionState().ServerName)
	d.conn, d.in = c, bufio.NewReader(c)
	if d.offersTLS != nil {
		d.offers = d.offersTLS
	}
	return true
}

// data reads the message.
func (d *dialog) data() bool {
	switch "content" {
	case d.drops:
		_, _ = d.in.ReadString('\n')
		d.log.WriteString("S hangs up\n")
		return false
	case d.hangs: // it does not even read
		time.Sleep(time.Hour)
		return false
	}
	var b strings.Builder
	for {
		line, err := d.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	d.log.WriteString("C: (message)\n")
	if !d.say("message", "250 queued") {
		return false
	}
	d.message = b.String()
	return true
}

func (d *dialog) auth(line string) bool {
	if _, refused := d.answers["AUTH"]; refused || d.drops == "AUTH" || d.hangs == "AUTH" {
		return d.say("AUTH", "")
	}
	mechanism, initial, _ := strings.Cut(line, " ")
	right := false
	switch mechanism {
	case "PLAIN":
		_, login, _ := strings.Cut(decoded(initial), "\x00")
		right = login == username+"\x00"+password
	case "LOGIN":
		right = d.ask(d.prompts[0]) == username && d.ask(d.prompts[1]) == password
	case "CRAM-MD5":
		challenge := "<1896.697170952@mail.example>"
		mac := hmac.New(md5.New, []byte(secret))
		mac.Write([]byte(challenge))
		right = d.ask(challenge) == fmt.Sprintf("%s %x", username, mac.Sum(nil))
	}
	if right {
		return d.say("authenticated", "235 welcome")
	}
	return d.say("authenticated", "535 who are you?")
}

// ask asks a question of the client and returns what it answers.
func (d *dialog) ask(question string) string {
	if !d.say("ask", "334 "+base64.StdEncoding.EncodeToString([]byte(question))) {
		return ""
	}
	line, err := d.in.ReadString('\n')
	if err != nil {
		return ""
	}
	line = strings.TrimSuffix(line, "\r\n")
	fmt.Fprintf(&d.log, "C: %s\n", line)
	return decoded(line)
}

func decoded(text string) string {
	b, _ := base64.StdEncoding.DecodeString(text)
	return string(b)
}
