package receivertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/internal/golden"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

func runGolden(t *testing.T, kind notify.Kind, o Options) {
	t.Helper()
	golden.Run(t, "testdata", func(t *testing.T, in map[string]string) map[string]string {
		c := newGoldenCase(t, kind, o, in)
		c.service = serve(t, c.answer)
		c.play()
		return c.output()
	})
}

// goldenCase is one archive.
type goldenCase struct {
	*lab
	in      map[string]string
	dir     string
	answers []Answer // to the first requests
	service *service
	stdout  bytes.Buffer
	outcome strings.Builder
}

func newGoldenCase(t *testing.T, kind notify.Kind, o Options, in map[string]string) *goldenCase {
	c := &goldenCase{lab: newLab(t, kind, o), in: in, dir: t.TempDir()}
	c.deps.Stdout = &c.stdout
	for i := 1; ; i++ {
		text, ok := in["answer-"+strconv.Itoa(i)]
		if !ok {
			break
		}
		a, err := parseAnswer(text)
		if err != nil {
			t.Fatal(err)
		}
		c.answers = append(c.answers, a)
	}
	return c
}

func (c *goldenCase) answer(w http.ResponseWriter, r *http.Request) {
	if n := len(c.service.seen()); n <= len(c.answers) {
		c.answers[n-1].write(w)
		return
	}
	c.o.Success.handle(w, r)
}

// fill puts the places of this run into a text of the archive; hide takes them
// out again.
func (c *goldenCase) fill(text string) string {
	return strings.NewReplacer("$URL", c.service.url, "$ADDR", c.service.addr, "$DIR", c.dir).Replace(text)
}

func (c *goldenCase) hide(text string) string {
	text = strings.NewReplacer(c.service.url, "$URL", c.service.addr, "$ADDR", c.dir, "$DIR").Replace(text)
	if c.o.Scrub != nil {
		text = c.o.Scrub(text)
	}
	return text
}

// play sends what is to be sent and writes down what became of it.
func (c *goldenCase) play() {
	c.writeFiles()
	c.global = c.fill(c.o.Global)
	if text, given := c.in["global.yaml"]; given {
		c.global = c.fill(text)
	}
	config, err := c.decode(c.fill(c.in["config.yaml"]))
	if err != nil {
		fmt.Fprintf(&c.outcome, "config: %v\n", err)
		return
	}
	s, err := config.Open(c.deps)
	if err != nil {
		fmt.Fprintf(&c.outcome, "open: %v\n", err)
		return
	}
	f := fixture{templates: c.templates, sendResolved: config.SendsResolved()}
	for name := range strings.FieldsSeq(c.in["send"]) {
		c.send(s, name, f.make(c.t, name))
	}
}

func (c *goldenCase) send(s notify.Sender, name string, n *notify.Notification) {
	if len(n.Alerts) == 0 {
		fmt.Fprintf(&c.outcome, "%s: nothing to send\n", name)
		return
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	err := s.Send(ctx, n)
	if broken := n.Replaced(); broken != nil {
		fmt.Fprintf(&c.outcome, "%s: text replaced: %v\n", name, broken)
	}
	if err == nil {
		return
	}
	sort := "temporary"
	if permanent(err) {
		sort = "permanent"
	}
	fmt.Fprintf(&c.outcome, "%s: %s: %v\n", name, sort, err)
	if status, ok := errors.AsType[*notify.StatusError](err); ok && status.RetryAfter > 0 {
		fmt.Fprintf(&c.outcome, "%s: retry after %s\n", name, status.RetryAfter)
	}
}

// writeFiles puts files where the configuration expects them.
func (c *goldenCase) writeFiles() {
	var templates []string
	for name, text := range c.in {
		if name == "config.yaml" || name == "global.yaml" || name == "send" || strings.HasPrefix(name, "answer-") {
			continue
		}
		path := filepath.Join(c.dir, filepath.FromSlash(name))
		if err := os.WriteFile(path, []byte(c.fill(text)), 0o600); err != nil {
			c.t.Fatal(err)
		}
		if strings.HasSuffix(name, ".tmpl") {
			templates = append(templates, path)
		}
	}
	set, err := template.New(templates)
	if err != nil {
		c.t.Fatal(err)
	}
	c.templates = set
}

func (c *goldenCase) output() map[string]string {
	out := map[string]string{"outcome": c.hide(c.outcome.String()), "stdout": c.hide(c.stdout.String())}
	for i, r := range c.service.seen() {
		out["request-"+strconv.Itoa(i+1)] = c.hide(r.text())
	}
	return out
}
