package api

import (
	"fmt"
	"net/http"
	"testing"
)

const snapshotPath = "/api/tocsin/v1/admin/snapshot"

func TestSnapshot(t *testing.T) {
	r := newRig(t, nil)
	wantAnswer(t, r.do(t, call{method: "POST", target: snapshotPath}), http.StatusOK, `{"name":"20260501T100000Z","bytes":4096}`+"\n")
	if r.snapshots.made != 1 {
		t.Errorf("%d snapshots, want 1", r.snapshots.made)
	}
}

// TestSnapshotRefused wants no copy to be made unless somebody who may asks for it,
// and the flag to be named to somebody who does not know it.
func TestSnapshotRefused(t *testing.T) {
	from := func(name, value string) http.Header { return http.Header{name: {value}} }
	const page = "\"not for web pages of other origins\"\n"
	for _, tt := range []struct {
		name   string
		change func(*Options)
		call   call
		status int
		body   string
	}{
		{"switched off", func(o *Options) { o.Snapshots = nil }, call{}, 403, "\"the administration API is switched off; start tocsin with --web.enable-admin-api\"\n"},
		{"page of another origin", nil, call{header: from("Origin", "https://elsewhere.example")}, 403, page},
		{"form of another site", nil, call{header: from("Sec-Fetch-Site", "cross-site")}, 403, page},
		{"GET", nil, call{method: "GET"}, 405, `{"code":405,"message":"method GET is not allowed, but [POST] are"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.change)
			if tt.call.method == "" {
				tt.call.method = "POST"
			}
			tt.call.target = snapshotPath
			wantAnswer(t, r.do(t, tt.call), tt.status, tt.body)
			if r.snapshots.made != 0 {
				t.Error("it was made")
			}
		})
	}
}

func TestSnapshotOfOwnPage(t *testing.T) {
	w := newRig(t, nil).do(t, call{method: "POST", target: "http://tocsin.example" + snapshotPath, header: http.Header{"Origin": {"http://tocsin.example"}}})
	if w.Code != http.StatusOK {
		t.Errorf("status %d for a page of this origin, want 200", w.Code)
	}
}

func TestSnapshotUnavailable(t *testing.T) {
	r := newRig(t, nil)
	r.snapshots.err = fmt.Errorf("%w: no space left on device", ErrUnavailable)
	wantAnswer(t, r.do(t, call{method: "POST", target: snapshotPath}), http.StatusServiceUnavailable, "\"not available: no space left on device\"\n")
}
