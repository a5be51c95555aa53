package httpany

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Config is one entry of http_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	Request           `yaml:",inline"`
	// MaxBytes is how large a body is at most; 0: there is no limit. A larger text
	// is cut, anything else is replaced by a notify.Reference.
	MaxBytes  uint64     `yaml:"max_bytes,omitempty"`
	Signature *Signature `yaml:"signature,omitempty"`
	Success   Success    `yaml:"success,omitempty"`
	// Retry are statuses that may be tried again, besides 429 and 5xx.
	Retry Statuses `yaml:"retry,omitempty"`
	// Keep says where in the answer is what templates find in .Kept, by its name
	// there.
	Keep map[string]Path `yaml:"keep,omitempty"`
	// Update is the request of all notifications of an episode but the first; nil:
	// they are as the first.
	Update *Update `yaml:"update,omitempty"`
}

// Request is what a request looks like. All values are templates, but for the
// method and the type.
type Request struct {
	Method string `yaml:"method,omitempty"` // empty: POST
	// URL, Query and Headers may hold tokens and are never shown.
	URL     notify.Secret            `yaml:"url,omitempty"`
	URLFile string                   `yaml:"url_file,omitempty"` // read at every attempt
	Query   map[string]notify.Secret `yaml:"query,omitempty"`    // added to that of the URL
	Headers map[string]notify.Secret `yaml:"headers,omitempty"`
	// JSON or Text is the body. With neither it is a notify.Payload, or nothing if
	// the method has no body.
	JSON        any           `yaml:"json,omitempty"`
	Text        template.Text `yaml:"text,omitempty"`
	ContentType string        `yaml:"content_type,omitempty"` // empty: what goes with the body
}

// Update is a request that takes from the first one what it does not say itself.
type Update struct {
	Request `yaml:",inline"`
	// Gone are the statuses that say that there is nothing to update any more;
	// empty: 404 and 410.
	Gone Statuses `yaml:"gone,omitempty"`
}

// over fills in what an update does not say. Of the two bodies it has its own or
// both of the other.
func (u *Update) over(first Request) Request {
	r := u.Request
	r.Method = cmp.Or(r.Method, first.Method)
	if r.URL == "" && r.URLFile == "" {
		r.URL, r.URLFile = first.URL, first.URLFile
	}
	if r.Query == nil {
		r.Query = first.Query
	}
	if r.Headers == nil {
		r.Headers = first.Headers
	}
	if !r.hasBody() {
		r.JSON, r.Text = first.JSON, first.Text
		r.ContentType = cmp.Or(r.ContentType, first.ContentType)
	}
	return r
}

func (u *Update) isGone(err error) bool {
	gone := u.Gone
	if len(gone) == 0 {
		gone = Statuses{"404", "410"}
	}
	status, ok := errors.AsType[*notify.StatusError](err)
	return ok && gone.has(status.Code)
}

func (r Request) hasBody() bool { return r.JSON != nil || r.Text != "" }

// Templates returns what is a template in spite of its type.
func (c Config) Templates() map[string]template.Text {
	texts := make(map[string]template.Text)
	c.addTemplates("", texts)
	if c.Update != nil {
		c.Update.addTemplates("update.", texts)
	}
	return texts
}

func (r Request) addTemplates(path string, texts map[string]template.Text) {
	add := func(key string, s notify.Secret) {
		if strings.Contains(string(s), "{{") {
			texts[path+key] = template.Text(s)
		}
	}
	add("url", r.URL)
	for key, value := range r.Query {
		add("query."+key, value)
	}
	for key, value := range r.Headers {
		add("headers."+key, value)
	}
}

// Check returns the first thing that is wrong with an entry. It does not repeat
// URLs and values of headers.
func (c Config) Check() error {
	problems := []error{notify.OneOf("url", string(c.URL), c.URLFile)}
	problems = append(problems, c.problems("")...)
	problems = append(problems, c.Signature.check(), c.Retry.check("retry"))
	problems = append(problems, c.Success.check()...)
	for _, name := range slices.Sorted(maps.Keys(c.Keep)) {
		if !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(name) {
			problems = append(problems, fmt.Errorf("keep: %q is no name for templates; use letters, digits and _", name))
		}
		problems = append(problems, c.Keep[name].check("keep."+name))
	}
	if u := c.Update; u != nil {
		if u.URL != "" && u.URLFile != "" {
			problems = append(problems, errors.New("at most one of update.url and update.url_file must be configured"))
		}
		problems = append(problems, u.problems("update.")...)
		problems = append(problems, u.Gone.check("update.gone"))
	}
	return cmp.Or(problems...)
}

func (r Request) problems(path string) []error {
	var problems []error
	problem := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf(path+format, args...))
	}
	if methods := []string{"", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}; !slices.Contains(methods, r.Method) {
		problem("method: %q is not one of %s", r.Method, strings.Join(methods[1:], ", "))
	}
	if !strings.Contains(string(r.URL), "{{") {
		problems = append(problems, notify.CheckSecretURL(path+"url", r.URL))
	}
	if r.JSON != nil && r.Text != "" {
		problem("json: at most one of it and text must be configured")
	}
	if strings.ContainsFunc(r.ContentType, unprintable) {
		problem("content_type: has characters that a header cannot have")
	}
	seen := make(map[string]bool)
	for _, header := range slices.Sorted(maps.Keys(r.Headers)) {
		canonical := http.CanonicalHeaderKey(header)
		switch {
		case !isToken(header):
			problem("headers: %q is no name of a header", header)
		case canonical == "Content-Type":
			problem("headers: %s belongs into content_type", header)
		case slices.Contains([]string{"Content-Length", "Transfer-Encoding", "User-Agent"}, canonical):
			problem("headers: %s is set by tocsin itself; remove it", header)
		case seen[canonical]:
			problem("headers: %s is there twice", canonical)
		}
		seen[canonical] = true
	}
	return problems
}

func isToken(name string) bool {
	return regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$").MatchString(name)
}
