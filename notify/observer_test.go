package notify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// witness writes down what it is told.
type witness struct {
	muted []string
	told  []Told
}

func (w *witness) Muted(a *alert.Alert, reason string, by []string) {
	w.muted = append(w.muted, a.Labels.Get("host")+" "+reason+" "+by[0])
}

func (w *witness) Told(t Told) { w.told = append(w.told, t) }

func TestObserverOfWhatIsMuted(t *testing.T) {
	w := &witness{}
	p := &Pipeline{observer: w}
	stage := mute{these{"b": true, "-c": true}}
	f := hosts("a", "b", "-c")
	want, err := stage.Exec(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.seen(stage).Exec(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{names(want.Alerts), names(want.Owed)}, [][]string{names(got.Alerts), names(got.Owed)}); diff != "" {
		t.Errorf("left and owed (-not observed +observed):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b test x", "-c test x"}, w.muted); diff != "" {
		t.Errorf("muted (-want +got):\n%s", diff)
	}
}

func TestNobodyObserves(t *testing.T) {
	p := &Pipeline{}
	p.told(&Integration{}, hosts("a"), state{}, &Notification{}, ReasonFirst)
	if m, ok := p.seen(mute{these{}}).(mute); !ok || m.muter == nil {
		t.Error("the stage is another")
	} else if _, bare := m.muter.(these); !bare {
		t.Errorf("the muter is a %T although nobody observes", m.muter)
	}
}

func TestStagesThatMuteNoSingleAlertAreNotObserved(t *testing.T) {
	p := &Pipeline{observer: &witness{}}
	if _, same := p.seen(nothing{}).(nothing); !same {
		t.Error("a stage that does nothing is observed")
	}
	if _, same := p.seen(settle{Alone{}}).(settle); !same {
		t.Error("the wait for the cluster is observed")
	}
}

func TestObserverOfWhatIsTold(t *testing.T) {
	w := &witness{}
	p := &Pipeline{observer: w}
	f := hosts("a", "b", "-c", "-d")
	hash := func(i int) uint64 { return hashAlert(f.All[i]) }
	f.Alerts = []*alert.Alert{f.All[0]} // b, -c and -d are muted; -d is owed
	s := state{firing: []uint64{hash(0)}, resolved: []uint64{hash(3)}}
	n := &Notification{Alerts: []*alert.Alert{f.All[0], f.All[3]}}
	in := &Integration{Kind: "webhook"}
	p.told(in, f, s, n, ReasonNew)
	if len(w.told) != 1 {
		t.Fatalf("told %d times", len(w.told))
	}
	got := w.told[0]
	if got.Integration != in || got.Reason != ReasonNew || got.Flush.Now != noon {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"a", "-d"}, names(got.Alerts)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]uint64{{hash(0)}, {hash(3)}, {hash(1), hash(2)}}, [][]uint64{got.Firing, got.Resolved, got.Muted}); diff != "" {
		t.Error(diff)
	}
}
