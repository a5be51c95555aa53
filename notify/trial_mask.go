package notify

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/template"
)

// mask hides the secrets of one integration wherever a text has them.
type mask struct {
	replacer *strings.Replacer
	hosts    map[string]bool // of URLs that are secrets themselves
}

// leastSecret is how long a secret must be to be looked for: what is shorter is in
// every text by chance.
const leastSecret = 4

// newMask collects the secrets in the settings of an integration, in the files
// that they name, and as they are when they are rendered for n.
func newMask(c Config, n *Notification) mask {
	held, ok := c.(interface{ held() any })
	if !ok {
		return mask{replacer: strings.NewReplacer()}
	}
	var s secretsIn
	s.walk(reflect.ValueOf(held.held()), "")
	for _, text := range s.found {
		if rendered, err := n.render(template.Text(text)); err == nil {
			s.add(rendered)
		}
	}
	m := mask{hosts: make(map[string]bool)}
	for _, text := range s.found {
		if u, err := ParseURL(text); err == nil {
			m.hosts[u.Host] = true
			s.parts(u)
		}
	}
	m.replacer = s.replacer()
	return m
}

// secretsIn collects secrets.
type secretsIn struct{ found []string }

func (s *secretsIn) add(text string) {
	if text = strings.TrimSpace(text); len(text) >= leastSecret && text != hidden {
		s.found = append(s.found, text)
	}
}

// parts adds what is secret in a URL that is, should it be sent on its own.
func (s *secretsIn) parts(u *url.URL) {
	const short = 8
	for _, values := range u.Query() {
		for _, value := range values {
			if len(value) >= short {
				s.add(value)
			}
		}
	}
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	for i, segment := range segments {
		token := len(segment) >= 2*short || strings.ContainsAny(segment, "0123456789") || i == len(segments)-1
		if len(segment) >= short && token {
			s.add(segment)
		}
	}
}

// walk goes through settings. key is that of the value in YAML.
func (s *secretsIn) walk(v reflect.Value, key string) {
	switch {
	case !v.IsValid():
	case v.Kind() == reflect.String && Hides(v.Type()):
		s.add(v.String())
	case v.Kind() == reflect.String && strings.HasSuffix(key, "_file"):
		s.file(v.String())
	case v.Type() == reflect.TypeFor[commoncfg.URL]():
		s.url(v.Interface().(commoncfg.URL))
	case v.Kind() == reflect.Pointer, v.Kind() == reflect.Interface:
		s.walk(v.Elem(), key)
	case v.Kind() == reflect.Struct:
		for field, value := range v.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if field.IsExported() {
				s.walk(value, cmp.Or(name, key))
			}
		}
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Array:
		for i := range v.Len() {
			s.walk(v.Index(i), key)
		}
	case v.Kind() == reflect.Map:
		for _, value := range v.Seq2() {
			s.walk(value, key)
		}
	}
}

// file adds the content of a file. One that cannot be read has no secret that
// could be sent.
func (s *secretsIn) file(path string) {
	if path == "" {
		return
	}
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	if content, err := io.ReadAll(io.LimitReader(f, maxAnswer)); err == nil {
		s.add(string(content))
	}
}

func (s *secretsIn) url(u commoncfg.URL) {
	if u.URL != nil && u.User != nil {
		password, _ := u.User.Password()
		s.add(password)
	}
}

// replacer finds the secrets in the forms in which they are sent. Longer ones come
// first, since one may be a part of another.
func (s *secretsIn) replacer() *strings.Replacer {
	var forms []string
	for _, text := range s.found {
		forms = append(forms, text, url.QueryEscape(text), url.PathEscape(text), html.EscapeString(text),
			inJSON(text), base64.StdEncoding.EncodeToString([]byte(text)))
	}
	slices.SortStableFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, hidden)
	}
	return strings.NewReplacer(pairs...)
}

func inJSON(text string) string {
	b, _ := json.Marshal(text) // a string has a form in JSON
	return strings.Trim(string(b), `"`)
}

// Names of headers and of fields whose values are secret, whoever made them.
var (
	secretHeader = regexp.MustCompile(`(?i)auth|cookie|token|secret|key|password|credential|signature`)
	secretField  = regexp.MustCompile(`(?i)("[\w-]*(?:token|secret|password|api_?key|routing_?key|credential)"\s*:\s*)"(?:[^"\\]|\\.)*"`)
)

func (m mask) text(text string) string { return m.replacer.Replace(text) }

// err is what an error says, without the stack of a panic.
func (m mask) err(err error) string {
	text, _, _ := strings.Cut(m.text(err.Error()), "\ngoroutine ")
	return excerpt([]byte(text))
}

func (m mask) body(body string, most int) string {
	return readable(secretField.ReplaceAllString(m.text(body), `${1}"`+hidden+`"`), most)
}

// url is a URL without a user, without parameters whose names say that they are
// secret, and without all but the host if it is a secret itself.
func (m mask) url(u *url.URL) string {
	base := u.Scheme + "://" + u.Host
	if m.hosts[u.Host] {
		return base + "/" + hidden
	}
	var parameters []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if secretHeader.MatchString(name) {
			value = hidden
		}
		parameters = append(parameters, name+"="+m.text(value))
	}
	shown := base + m.text(u.EscapedPath())
	if len(parameters) > 0 {
		shown += "?" + strings.Join(parameters, "&")
	}
	return shown
}

func (m mask) header(h http.Header) http.Header {
	shown := make(http.Header, len(h))
	for name, values := range h {
		for _, value := range values {
			if secretHeader.MatchString(name) {
				value = hidden
			}
			shown[name] = append(shown[name], m.text(value))
		}
	}
	return shown
}
