package silence

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// asked counts the questions to matchers while f runs.
func asked(n *atomic.Int64, f func()) int {
	before := n.Load()
	f()
	return int(n.Load() - before)
}

func TestCostProbe(t *testing.T) {
	alerts := crowd(2000)
	for _, by := range append(sorts(), mixed()) {
		for _, n := range []int{500, 5000} {
			synctest.Test(t, func(t *testing.T) {
				var questions atomic.Int64
				counted := sort{by.name, func(t testing.TB, i int) alert.Matchers {
					ms := by.matchers(t, i)
					ms.CountIn(&questions)
					return ms
				}}
				s := silenced(t, counted, n)
				matched := 0
				ask := func() {
					for _, a := range alerts {
						matched += len(s.MutedBy(a, time.Now()))
					}
				}
				cold := asked(&questions, ask)
				warm := asked(&questions, ask)
				mustSet(t, s, Silence{Matchers: counted.matchers(t, 1), EndsAt: time.Now().Add(time.Hour)})
				another := asked(&questions, ask)
				fmt.Printf("%s %d: matched %.2f cold %.2f warm %.2f another %.2f\n", by.name, n, float64(matched)/3/2000, float64(cold)/2000, float64(warm)/2000, float64(another)/2000)
			})
		}
	}
}
