package ctl

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silenceStore sets silences as a daemon does: the comment says what comes of one.
type silenceStore struct {
	mu     sync.Mutex
	posted []string // identifier and comment
	limit  int      // from this request on nothing is answered; 0: everything is
}

func (s *silenceStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var got client.NewSilence
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.posted = append(s.posted, got.ID+" "+got.Comment)
	hang := s.limit > 0 && len(s.posted) >= s.limit
	s.mu.Unlock()
	switch {
	case hang:
		panic(http.ErrAbortHandler)
	case got.Comment == "bad":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintln(w, `"end time can't be in the past"`)
	case got.Comment == "gone" && got.ID != "":
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintln(w, `"silence not found"`)
	case got.ID == "":
		fmt.Fprintf(w, `{"silenceID":"new-%s"}`, got.Comment)
	default:
		fmt.Fprintf(w, `{"silenceID":%q}`, got.ID)
	}
}

// backup writes a file with silences that have these comments, and identifiers by
// their number.
func backup(t *testing.T, comments ...string) string {
	t.Helper()
	list := make([]client.NewSilence, len(comments))
	for i, comment := range comments {
		list[i] = client.NewSilence{ID: fmt.Sprint(i + 1), Comment: comment}
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "silences.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// printed is what a command left behind.
type printed struct {
	Code        int
	Out, Errors string
}

// run runs a command against a handler.
func run(t *testing.T, daemon http.Handler, change func(*World), args ...string) printed {
	t.Helper()
	server := httptest.NewServer(daemon)
	defer server.Close()
	return runIn(t, worldOf(server.Listener), change, append([]string{"--alertmanager.url=" + daemonAt, "--no-version-check"}, args...)...)
}

func runIn(t *testing.T, w World, change func(*World), args ...string) printed {
	t.Helper()
	var out, errs strings.Builder
	w.Out, w.Err = &out, &errs
	w.Home, w.Etc = "", ""
	if change != nil {
		change(&w)
	}
	code := Run(t.Context(), w, args)
	return printed{code, out.String(), errs.String()}
}

func TestImport(t *testing.T) {
	refused := "status 400 Bad Request: end time can't be in the past\n"
	const post = "POST " + daemonAt + "/api/v2/silences: "
	for _, tt := range []struct {
		name     string
		comments []string
		flags    []string
		want     printed
		posted   map[string]int // nil: does not matter
	}{
		{
			name:     "known and unknown ones",
			comments: []string{"a", "gone", "c"},
			want:     printed{0, "1\nnew-gone\n3\n", ""},
			posted:   map[string]int{"1 a": 1, "2 gone": 1, " gone": 1, "3 c": 1},
		},
		{
			name:     "all anew",
			comments: []string{"a", "gone"},
			flags:    []string{"--force"},
			want:     printed{0, "new-a\nnew-gone\n", ""},
			posted:   map[string]int{" a": 1, " gone": 1},
		},
		{
			name:     "some are refused",
			comments: []string{"a", "bad", "c", "bad"},
			want: printed{
				1, "1\n3\n",
				`silence "2": ` + post + refused + `silence "4": ` + post + refused +
					"tocsinctl: error: 2 of 4 silences could not be imported\n",
			},
		},
		{
			name:     "some are refused, in JSON",
			comments: []string{"a", "bad"},
			flags:    []string{"-o", "json"},
			want: printed{
				1, `{"imported":["1"],"failed":[{"id":"2","error":"` + post + strings.TrimSpace(refused) + `"}]}` + "\n",
				`silence "2": ` + post + refused + "tocsinctl: error: 1 of 2 silences could not be imported\n",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, workers := range []string{"1", "3", "8"} {
				store := &silenceStore{}
				got := run(t, store, nil, append([]string{"silence", "import", "-w", workers, backup(t, tt.comments...)}, tt.flags...)...)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s workers (-want +got):\n%s", workers, diff)
				}
				posted := make(map[string]int)
				for _, p := range store.posted {
					posted[p]++
				}
				if tt.posted != nil && !cmp.Equal(tt.posted, posted) {
					t.Errorf("%s workers: posted %v, want %v", workers, posted, tt.posted)
				}
			}
		})
	}
}

// TestImportBreaksOff wants one error for a connection that breaks, however many
// silences are left.
func TestImportBreaksOff(t *testing.T) {
	store := &silenceStore{limit: 3}
	got := run(t, store, nil, "silence", "import", "-w", "1", backup(t, "a", "b", "c", "d", "e"))
	if want := "1\n2\n"; got.Out != want || got.Code != 1 {
		t.Errorf("exit code %d, printed %q; want 1 and %q", got.Code, got.Out, want)
	}
	if want := "tocsinctl: error: 3 of 5 silences could not be imported: POST " + daemonAt + "/api/v2/silences: EOF\n"; got.Errors != want {
		t.Errorf("errors %q, want %q", got.Errors, want)
	}
}

// TestImportProgress wants progress of a long import, and only on a terminal.
func TestImportProgress(t *testing.T) {
	file := backup(t, strings.Split(strings.Repeat("a ", progressFrom-1)+"a", " ")...)
	onTerminal := func(w *World) { w.ErrTerminal = true }
	got := run(t, &silenceStore{}, onTerminal, "silence", "import", file)
	if n := len(regexp.MustCompile(`\d+ of 20 silences imported`).FindAllString(got.Errors, -1)); n != progressFrom-1 {
		t.Errorf("progress is shown %d times, want %d", n, progressFrom-1)
	}
	if !strings.HasSuffix(got.Errors, "\r\x1b[K") {
		t.Errorf("the line is not cleared in the end: %q", got.Errors)
	}
	if got := run(t, &silenceStore{}, nil, "silence", "import", file); got.Errors != "" {
		t.Errorf("progress without a terminal: %q", got.Errors)
	}
	if got := run(t, &silenceStore{}, onTerminal, "silence", "import", backup(t, "a", "b")); got.Errors != "" {
		t.Errorf("progress of a short import: %q", got.Errors)
	}
}
