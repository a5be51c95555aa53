package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestReplicaByReplicaTLS has an Alertmanager and two tocsins in one cluster over
// mutual TLS. Silences go all ways, everything is told once, and who has no
// certificate that the members trust changes nothing.
func TestReplicaByReplicaTLS(t *testing.T) {
	t.Parallel()
	c := newMixed(t)
	newAuthority(t).certify(t, c.dir, "member")
	c.secured("gossip.yml", "member", gossipFile)
	c.more = []string{"--cluster.tls-config=gossip.yml"}

	am := c.startAlertmanager("alertmanager")
	first := c.startTocsin("0-first", am)
	last := c.startTocsin("zz-last", am, first)
	c.checkSilences(am, first)
	c.checkSilences(am, last)
	c.checkSilences(first, last)
	kept := c.silence(am, "kept")
	c.sees(first, kept, "active")
	c.sees(last, kept, "active")

	c.fire("Stays", am, first, last)
	c.told("+Stays") // so that all go on looking
	c.fire("Once", am, first, last)
	c.told("+Once")
	c.quiet(first, last)
	c.untilLooked(am)
	c.end("Once", am, first, last)
	c.told("-Once")
	c.quiet(am, first, last)

	strangers := newAuthority(t)
	strangers.certify(t, c.dir, "stranger")
	c.secured("nobody.yml", "member", strings.TrimSuffix(gossipFile, clientCertificate+"\n")+"\n")
	c.secured("other.yml", "stranger", gossipFile)
	c.keepsOut(map[string][]string{
		"00-nobody": {"--cluster.tls-config=nobody.yml"},
		"00-other":  {"--cluster.tls-config=other.yml"},
		"00-open":   nil,
	}, am, first, last)
	c.fire("After", am, first, last)
	c.told("+After")
	c.quiet(first, last)
	c.sees(am, kept, "active")
}

// clientCertificate is what a member shows to others.
const clientCertificate = `
  cert_file: NAME.pem
  key_file: NAME.key`

const gossipFile = `
tls_server_config:
  cert_file: NAME.pem
  key_file: NAME.key
  client_ca_file: NAME-ca.pem
  client_auth_type: RequireAndVerifyClientCert
tls_client_config:
  ca_file: NAME-ca.pem` + clientCertificate + "\n"

// secured writes a file for --cluster.tls-config.
func (c *mixed) secured(file, name, text string) {
	c.t.Helper()
	write(c.t, c.dir, file, strings.ReplaceAll(text, "NAME", name))
}

// keepsOut starts several tocsins, by name and with flags, that the members must not
// let in. Each would be the first to tell, and knows of a silence.
func (c *mixed) keepsOut(strangers map[string][]string, members ...*memberProcess) {
	c.t.Helper()
	all := make(map[string]*memberProcess)
	ids := make(map[string]string)
	for name, flags := range strangers {
		c.more = append([]string{"--cluster.compat=alertmanager", "--cluster.peer-name=" + name, "--cluster.reconnect-interval=200ms"}, flags...)
		all[name] = c.startStranger(name, members)
		ids[name] = c.silence(all[name], "of a stranger")
	}
	for name, stranger := range all {
		waitFor(c.t, name+" has tried to join each and been told nothing", func() bool {
			return len(stranger.stderr.lines("cluster has settled", "members=1 missing=3")) == 1 && len(stranger.stderr.lines(", trying again")) >= len(members)
		})
		if n := len(stranger.members(c.t)); n != 1 {
			c.t.Errorf("%s sees %d members, want itself alone", name, n)
		}
		if a := stranger.send(c.t, http.MethodGet, "/api/v2/silences", ""); strings.Contains(a.body, "kept") {
			c.t.Errorf("%s knows the silence of the members", name)
		}
		for _, m := range members {
			if n := len(m.members(c.t)); n != len(members) {
				c.t.Errorf("%s: %d members, want %d", name, n, len(members))
			}
			if a := m.send(c.t, http.MethodGet, "/api/v2/silence/"+ids[name], ""); a.status != http.StatusNotFound {
				c.t.Errorf("%s: its silence is known: status %d", name, a.status)
			}
		}
	}
}

// startStranger waits for nothing but answers.
func (c *mixed) startStranger(name string, peers []*memberProcess) *memberProcess {
	c.t.Helper()
	path, err := program()
	if err != nil {
		c.t.Fatal(err)
	}
	p := start(c.t, command{path: path, args: c.flags("tocsin.yml", name, peers), dir: c.dir})
	return &memberProcess{process: p, server: server{"http://" + p.address(c.t)}}
}
