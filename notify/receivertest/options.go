package receivertest

import (
	"net/http"
	"slices"
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Options says how the kind under test is configured and what it can do.
type Options struct {
	// Config is the smallest entry that is valid. $URL stands for the address
	// of a fake service, $SECRET for a secret; without $SECRET there are no
	// checks of secrets. If it has an http_config, the global one is not expected
	// to matter.
	Config string
	// Global is what stands in the global section beside Config, if the kind has
	// settings there; $URL and $SECRET as in Config.
	Global string
	// Required lists the keys of Config that an entry must have.
	Required []string
	// Files maps keys of Config to the keys that name a file with such content.
	Files map[string]string
	// Texts lists keys with templates for people. If one fails, the fallback
	// is sent.
	Texts []string
	// Cut lists keys with texts that if they are too long are cut, and end with a
	// link to the group.
	Cut []string
	// Values lists keys with templates for machines. If one fails, nothing is
	// sent.
	Values []string
	// Success is how the service answers when it is content.
	Success Answer
	// Retried lists status codes that may be tried again besides 429 and 5xx.
	Retried []int
	// Local says that the kind does not speak HTTP. What remains are the checks
	// of the configuration and the golden cases.
	Local bool
	// Scrub takes out of golden output what differs from run to run; may be nil.
	Scrub func(text string) string
}

// Answer is what the fake service says.
type Answer struct {
	Status int // 0: 200
	Header map[string]string
	Body   string
}

func (a Answer) write(w http.ResponseWriter) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = w.Write([]byte(a.Body))
}

// handle answers every request alike.
func (a Answer) handle(w http.ResponseWriter, _ *http.Request) { a.write(w) }

// Run tests a kind: the conformance suite, and the golden cases in testdata.
func Run(t *testing.T, kind notify.Kind, o Options) {
	t.Helper()
	t.Run("conformance", func(t *testing.T) {
		for _, c := range checks() {
			if !c.applies(o) {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				if err := c.run(newLab(t, kind, o)); err != nil {
					t.Error(err)
				}
			})
		}
	})
	t.Run("golden", func(t *testing.T) { runGolden(t, kind, o) })
}

// check is one promise that every kind keeps.
type check struct {
	name  string
	needs func(o Options) bool // nil: nothing
	local bool                 // holds for kinds that do not speak HTTP, too
	run   func(l *lab) error
}

func (c check) applies(o Options) bool {
	return (c.local || !o.Local) && (c.needs == nil || c.needs(o))
}

func checks() []check {
	return slices.Concat(configChecks(), successChecks(), failureChecks(), textChecks(), cutChecks(), timeChecks(), secretChecks())
}
