package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// VersionInfo says what program is running. Any field may be empty.
type VersionInfo struct {
	Branch, BuildDate, BuildUser, GoVersion, Revision, Version string
}

// getStatus shows the configuration, the cluster and the build.
func (s *server) getStatus(w http.ResponseWriter, _ *http.Request) error {
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	b := append(out.buf, '{')
	b = appendCluster(appendKey(b, "cluster"), s.engine.Cluster())
	b = append(appendKey(b, "config"), '{')
	b = append(appendField(b, "original", s.engine.ConfigText(), jsontext.Verbatim), '}')
	b = appendTime(b, "uptime", s.started)
	b = s.version.append(appendKey(b, "versionInfo"))
	out.buf = append(b, '}')
	return out.end()
}

func appendCluster(b []byte, c Cluster) []byte {
	peers := slices.SortedStableFunc(slices.Values(c.Peers), func(a, b Peer) int {
		return cmp.Compare(a.Name, b.Name)
	})
	b = append(b, '{')
	if c.Name != "" {
		b = appendField(b, "name", c.Name, jsontext.Verbatim)
	}
	b = append(appendKey(b, "peers"), '[')
	for _, p := range peers {
		b = append(appendComma(b), '{')
		b = appendField(b, "address", p.Address, jsontext.Verbatim)
		b = append(appendField(b, "name", p.Name, jsontext.Verbatim), '}')
	}
	b = append(b, ']')
	return append(appendField(b, "status", c.Status, jsontext.Verbatim), '}')
}

func (v VersionInfo) append(b []byte) []byte {
	b = append(b, '{')
	b = appendField(b, "branch", v.Branch, jsontext.Verbatim)
	b = appendField(b, "buildDate", v.BuildDate, jsontext.Verbatim)
	b = appendField(b, "buildUser", v.BuildUser, jsontext.Verbatim)
	b = appendField(b, "goVersion", v.GoVersion, jsontext.Verbatim)
	b = appendField(b, "revision", v.Revision, jsontext.Verbatim)
	b = appendField(b, "version", v.Version, jsontext.Verbatim)
	return append(b, '}')
}
