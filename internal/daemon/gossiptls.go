package daemon

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/common/config"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/tocsin-alerting/tocsin/cluster"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// gossipTLS is the file of --cluster.tls-config.
type gossipTLS struct {
	Server *web.TLSConfig    `yaml:"tls_server_config"`
	Client *config.TLSConfig `yaml:"tls_client_config"`
}

// sessions is with how many peers a TLS session can be taken up again.
const sessions = 64

var errNoServerTLS = errors.New("tls_server_config is missing")

// newGossipTLS reads the file, and the certificates in it once, so that a mistake
// is seen at the start. nil stands for no file.
func newGossipTLS(file string, logger log.Logger) (*cluster.TLS, error) {
	if file == "" {
		return nil, nil
	}
	c, err := readGossipTLS(file)
	if err != nil {
		return nil, fmt.Errorf("cluster TLS configuration file %s: %w", file, err)
	}
	server := &renewed{files: []string{c.Server.TLSCertPath, c.Server.TLSKeyPath, c.Server.ClientCAs}, build: func() (*tls.Config, error) {
		return web.ConfigToTLSConfig(c.Server)
	}}
	client := &renewed{files: []string{c.Client.CAFile, c.Client.CertFile, c.Client.KeyFile}, build: func() (*tls.Config, error) {
		t, err := config.NewTLSConfig(c.Client)
		if err == nil {
			t.ClientSessionCache = tls.NewLRUClientSessionCache(sessions)
		}
		return t, err
	}}
	s, err := server.get()
	if err != nil {
		return nil, fmt.Errorf("cluster TLS configuration file %s: tls_server_config: %w", file, err)
	}
	if _, err := client.get(); err != nil {
		return nil, fmt.Errorf("cluster TLS configuration file %s: tls_client_config: %w", file, err)
	}
	if s.ClientAuth != tls.RequireAndVerifyClientCert {
		_ = level.Warn(logger).Log("msg", "Whoever reaches the gossip port can take part, since no certificate is asked for", "hint", "set client_auth_type: RequireAndVerifyClientCert and client_ca_file in tls_server_config")
	}
	return &cluster.TLS{Server: server.get, Client: client.get}, nil
}

func readGossipTLS(file string) (*gossipTLS, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, errors.Unwrap(err) // the rest of it is known
	}
	doc, err := yamlx.Parse(text)
	if err != nil {
		return nil, err
	}
	c := &gossipTLS{}
	if err := doc.Decode(c); err != nil {
		return nil, err
	}
	if c.Server == nil {
		return nil, errNoServerTLS
	}
	if c.Client == nil {
		c.Client = &config.TLSConfig{}
	}
	// As in the file for the web.
	if c.Server.MinVersion == 0 {
		c.Server.MinVersion = tls.VersionTLS12
	}
	dir := filepath.Dir(file)
	c.Server.SetDirectory(dir)
	c.Client.SetDirectory(dir)
	return c, nil
}

// renewed is a TLS configuration that is built anew when one of its files has
// changed. As long as none has it stays the same, so that sessions can be taken
// up again, which is a lot cheaper than beginning one.
type renewed struct {
	files []string
	build func() (*tls.Config, error)

	mu    sync.Mutex
	state string
	now   *tls.Config
}

func (r *renewed) get() (*tls.Config, error) {
	state := stateOf(r.files)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now != nil && r.state == state {
		return r.now, nil
	}
	next, err := r.build()
	if err != nil {
		return nil, err
	}
	r.state, r.now = state, next
	return next, nil
}

// stateOf tells versions of files apart.
func stateOf(files []string) string {
	var b strings.Builder
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			fmt.Fprintln(&b, file, "is not there")
			continue
		}
		fmt.Fprintln(&b, file, info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}
