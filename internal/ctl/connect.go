package ctl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/go-kit/log/level"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

var errNoAddress = errors.New("required flag --alertmanager.url not provided: give it on the command line, or write alertmanager.url into a file with defaults (--help names them)")

// daemon returns a client for the daemon that flags name, and warns if that is of
// another version. Whether there is a daemon shows only with the first request
// that matters.
func (t *tool) daemon(ctx context.Context) (*client.Client, error) {
	if t.address.url == nil {
		return nil, errNoAddress
	}
	cfg, err := t.httpSettings()
	if err != nil {
		return nil, err
	}
	h, err := t.newHTTP(cfg)
	if err != nil {
		return nil, err
	}
	c := client.New(client.Options{Base: t.address.url, HTTP: h, Observe: t.logExchange})
	if t.versionCheck {
		t.compareVersions(ctx, c)
	}
	return c, nil
}

// httpSettings are those of the file that a flag names, or else credentials in the
// address.
func (t *tool) httpSettings() (commoncfg.HTTPClientConfig, error) {
	cfg := commoncfg.DefaultHTTPClientConfig
	who := t.address.url.User
	switch {
	case t.httpConfig != "" && who != nil:
		return cfg, errors.New("--http.config.file and credentials in --alertmanager.url exclude each other")
	case t.httpConfig != "":
		read, _, err := commoncfg.LoadHTTPConfigFile(t.httpConfig)
		if err != nil {
			return cfg, fmt.Errorf("--http.config.file %s: %s", t.httpConfig, oneLine(err))
		}
		return *read, nil
	case who != nil:
		password, _ := who.Password()
		cfg.BasicAuth = &commoncfg.BasicAuth{Username: who.Username(), Password: commoncfg.Secret(password)}
	}
	return cfg, nil
}

func (t *tool) newHTTP(cfg commoncfg.HTTPClientConfig) (*http.Client, error) {
	options := []commoncfg.HTTPClientOption{commoncfg.WithUserAgent(t.name + "/" + ownVersion())}
	if t.Dial != nil {
		options = append(options, commoncfg.WithDialContextFunc(t.Dial))
	}
	h, err := commoncfg.NewClientFromConfig(cfg, t.name, options...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmp.Or(t.httpConfig, "HTTP client"), err)
	}
	return h, nil
}

func (t *tool) logExchange(e client.Exchange) {
	_ = level.Debug(t.logger).Log("msg", "Request", "method", e.Method, "url", e.URL, "status", e.Status, "took", e.Took)
}

var majorMinor = regexp.MustCompile(`^v?(\d+\.\d+)\b`)

// compareVersions warns if the versions differ in more than the last number. One that
// cannot be told does not matter.
func (t *tool) compareVersions(ctx context.Context, c *client.Client) {
	s, err := c.Status(ctx)
	if err != nil {
		return // the request that follows will say why
	}
	ours, theirs := majorMinor.FindStringSubmatch(ownVersion()), majorMinor.FindStringSubmatch(s.Version.Version)
	if ours == nil || theirs == nil || ours[1] == theirs[1] {
		return
	}
	t.warn(fmt.Sprintf("this is %s %s and the daemon is of version %s (--no-version-check hides this)",
		t.name, ownVersion(), printable(s.Version.Version)))
}
