package store_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// A replica that was away when an alert ended, and knows it as firing, must not bring
// it back to those that have told its end and would have forgotten it.
func TestGCLeavesTheEndForOtherReplicas(t *testing.T) {
	for _, tt := range []struct {
		name    string
		news    func([]alert.Fingerprint)
		later   time.Duration
		forgets bool
	}{
		{"alone", nil, time.Second, true},
		{"replicas may lack it", func([]alert.Fingerprint) {}, 14 * time.Minute, false},
		{"replicas had time", func([]alert.Fingerprint) {}, 16 * time.Minute, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := store.NewAlerts(store.Options{News: tt.news})
				away := replica(t, recent("a", "", 0, 10*time.Hour))
				pull(t, s, away)
				time.Sleep(time.Minute)
				if err := s.Put(t.Context(), []*alert.Alert{recent("a", "", -time.Minute, -time.Second)}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.later)
				s.GC(time.Now())
				if forgets := s.Len() == 0; forgets != tt.forgets {
					t.Errorf("it is forgotten: %t, want %t", forgets, tt.forgets)
				}
				if pull(t, s, away); tt.forgets {
					return
				}
				for a := range s.All() {
					if !a.ResolvedAt(time.Now()) {
						t.Errorf("a replica that was away brings it back: %v", a)
					}
				}
			})
		})
	}
}
