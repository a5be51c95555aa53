package receivertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

func secretChecks() []check {
	hasSecret := func(o Options) bool { return strings.Contains(o.Config, "$SECRET") }
	hasURL := func(o Options) bool { return hasSecret(o) && strings.Contains(o.Config, "$URL") }
	hasFile := func(o Options) bool { return len(o.Files) > 0 }
	return []check{
		{name: "secret is sent", needs: hasSecret, run: secretSent},
		{name: "secret is not shown", local: true, needs: hasSecret, run: secretShown},
		{name: "no secret in errors of http_config", needs: hasSecret, run: secretInHTTPConfig},
		{name: "no secret in errors", needs: hasURL, run: secretInErrors},
		{name: "no secret in errors about URLs", needs: hasURL, run: secretInURLErrors},
		{name: "files are read again", needs: hasFile, run: filesReadAgain},
		{name: "files that cannot be read", needs: hasFile, run: filesUnreadable},
	}
}

// has reports whether a request holds a secret.
func (r request) has(secret string) bool {
	user, password, _ := r.BasicAuth()
	return r.says(secret) || strings.Contains(user+" "+password, secret)
}

// secretSent makes sure that the other checks of secrets mean something.
func secretSent(l *lab) error {
	s := l.serve(l.o.Success.handle)
	if broken, err := l.try(s.url); broken != nil || err != nil {
		return errors.Join(broken, err)
	}
	if !slices.ContainsFunc(s.seen(), func(r request) bool { return r.has(secret) }) {
		return errors.New("no request has the secret; is $SECRET in the right place?")
	}
	return nil
}

func secretShown(l *lab) error {
	c, err := l.decode(l.entry(somewhere))
	if err != nil {
		return err
	}
	shown, err := l.show(l.entry(somewhere))
	if err != nil {
		return err
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		return err
	}
	for _, text := range []string{shown, string(asJSON), fmt.Sprintf("%v %+v %#v %s", c, c, c, c)} {
		if strings.Contains(text, secret) {
			return fmt.Errorf("the secret is shown:\n%s", text)
		}
	}
	if !strings.Contains(shown, "<secret>") {
		return fmt.Errorf("nothing says that there is a secret:\n%s", shown)
	}
	return nil
}

// secretInHTTPConfig gives the secret a second place.
func secretInHTTPConfig(l *lab) error {
	proxy := strings.Replace(serveNothing(l.t), "http://", "http://u:"+secret+"@", 1)
	entry, err := withHTTP(l.entry(somewhere), map[string]any{"proxy_url": proxy})
	if err != nil {
		return err
	}
	shown, err := l.show(entry)
	if err != nil {
		return err
	}
	if strings.Contains(shown, secret) {
		return fmt.Errorf("the password of the proxy is shown:\n%s", shown)
	}
	return l.failsQuietly("proxy", entry)
}

// failsQuietly checks that Send fails and keeps the secret.
func (l *lab) failsQuietly(how, entry string) error {
	sender, err := l.open(entry)
	if err != nil {
		return err
	}
	_, err = sender.send("firing")
	switch {
	case err == nil:
		return fmt.Errorf("%s: taken for a success", how)
	case strings.Contains(err.Error(), secret):
		return fmt.Errorf("%s: the secret is in the error: %w", how, err)
	}
	return nil
}

// mishaps are ways in which a service can fail and give the URL back.
func mishaps() map[string]http.HandlerFunc {
	sorry := func(w http.ResponseWriter, r *http.Request, code int) {
		w.WriteHeader(code)
		_, _ = fmt.Fprintf(w, "cannot %s %s (%s)", r.Method, r.URL.RequestURI(), r.URL.Path)
	}
	return map[string]http.HandlerFunc{
		"not found":    func(w http.ResponseWriter, r *http.Request) { sorry(w, r, http.StatusNotFound) },
		"server error": func(w http.ResponseWriter, r *http.Request) { sorry(w, r, http.StatusInternalServerError) },
		"redirect without end": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.RequestURI(), http.StatusTemporaryRedirect)
		},
		"redirect to nonsense": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://"+r.Host+r.URL.RequestURI()+"%zz")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		"redirect without location": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) },
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close()
			}
		},
		"no HTTP": func(w http.ResponseWriter, r *http.Request) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_, _ = io.WriteString(c, r.URL.RequestURI()+"\r\n")
				_ = c.Close()
			}
		},
	}
}

func secretInErrors(l *lab) error {
	for how, handle := range mishaps() {
		s := l.serve(handle)
		if err := l.failsQuietly(how, l.entry(s.url)); err != nil {
			return err
		}
		if err := s.asked(); err != nil {
			return fmt.Errorf("%s: %w", how, err)
		}
	}
	return l.failsQuietly("refused", l.entry(serveNothing(l.t)))
}

// secretInURLErrors looks at URLs that are wrong, wherever that is found.
func secretInURLErrors(l *lab) error {
	for _, url := range []string{
		"http://bad host", "http://h:port", "http://[::1", "://h", "ftp://h", "http://u:" + secret + "@h:port",
		"http:", "h", "http://h/%zz", "http://h:" + secret, secret + "://h", "",
	} {
		entry, err := edit(l.o.Config, func(keys map[string]any) { fillAll(keys, url, secret) })
		if err != nil {
			return err
		}
		c, err := l.decode(entry)
		if err == nil {
			if _, err = c.Open(l.deps); err == nil {
				err = l.failsQuietly(url, entry)
			}
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			return fmt.Errorf("%s: the secret is in the error: %w", url, err)
		}
	}
	return nil
}

// fillAll fills the values of an entry one by one, so that it stays YAML
// whatever they are.
func fillAll(keys map[string]any, url, secret string) {
	for key, value := range keys {
		switch v := value.(type) {
		case string:
			keys[key] = fill(v, url, secret)
		case map[string]any:
			fillAll(v, url, secret)
		}
	}
}
