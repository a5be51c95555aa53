package silence_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/silence"
	"github.com/tocsin-alerting/tocsin/store/disk"
)

// BenchmarkDurable creates silences on a disk, by several clients at the same time.
func BenchmarkDurable(b *testing.B) {
	for _, clients := range []int{1, 4, 8} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			db, err := disk.Open(disk.Options{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error)
			go func() { ended <- db.Run(ctx) }()
			defer func() {
				stop()
				if err := <-ended; err != nil {
					b.Error(err)
				}
			}()
			s := silence.New(silence.Options{Table: disk.NewTable(db, 's', codec())})
			const each = 50
			for b.Loop() {
				var posts sync.WaitGroup
				for range clients {
					posts.Go(func() {
						for range each {
							create(b, s)
						}
					})
				}
				posts.Wait()
			}
			b.ReportMetric(float64(b.N*clients*each)/b.Elapsed().Seconds(), "silences/s")
		})
	}
}

func codec() disk.Codec[*silence.Silence] {
	return disk.Codec[*silence.Silence]{
		Append: func(b []byte, s *silence.Silence) []byte { return silence.Append(b, s, s.EndsAt) },
		Decode: func(b []byte) (*silence.Silence, error) {
			s, _, err := silence.Parse(b)
			return s, err
		},
	}
}

func create(b *testing.B, s *silence.Silences) {
	m, err := alert.NewMatcher(alert.MatchEqual, "instance", fmt.Sprint(serial.Add(1)))
	if err != nil {
		b.Error(err)
	}
	now := time.Now()
	if _, err := s.Set(context.Background(), silence.Silence{Matchers: alert.Matchers{m}, StartsAt: now, EndsAt: now.Add(time.Hour)}); err != nil {
		b.Error(err)
	}
}

var serial atomic.Int64
