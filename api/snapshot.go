package api

import (
	"fmt"
	"net/http"

	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// AdminFlag switches on what changes the host and not only what tocsin knows.
const AdminFlag = "web.enable-admin-api"

// Snapshot is a copy of everything that is stored.
type Snapshot struct {
	Name  string // of a directory below snapshots/ in the storage directory
	Bytes int64  // size of its files
}

// routeSnapshot routes what makes a copy of what is stored.
func (s *server) routeSnapshot(mux *http.ServeMux) {
	const path = "/api/tocsin/v1/admin/snapshot"
	e := endpoints{http.MethodPost: s.postSnapshot}
	mux.Handle(s.prefix+path, s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger))))
}

// postSnapshot answers when the copy is complete.
func (s *server) postSnapshot(w http.ResponseWriter, r *http.Request) error {
	if s.snapshots == nil {
		return textProblem(http.StatusForbidden, "the administration API is switched off; start tocsin with --"+AdminFlag)
	}
	// A browser would let any page fill the disk: the request needs no body.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return textProblem(http.StatusForbidden, "not for web pages of other origins")
	}
	made, err := s.snapshots.Make(r.Context())
	if err != nil {
		return err
	}
	body := fmt.Appendf(nil, `{"name":`)
	body = jsontext.AppendString(body, made.Name, jsontext.Verbatim)
	body = fmt.Appendf(body, `,"bytes":%d}`+"\n", made.Bytes)
	w.Header().Set("Content-Type", mediaJSON)
	if _, err := w.Write(body); err != nil {
		return errAborted
	}
	return nil
}
