package sim

import (
	"bytes"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// load is what a replica holds when nothing has happened for a long time.
type load struct {
	gauges map[string]float64 // of its metrics
	disk   int64              // bytes in all files
}

// weigh notes what a replica holds, by its page of metrics and its files.
func (f *fleet) weigh(n *node, page string) load {
	l := load{gauges: make(map[string]float64)}
	for name := range bounds {
		_, rest, found := strings.Cut(page, "\n"+name+" ")
		text, _, _ := strings.Cut(rest, "\n")
		if value, err := strconv.ParseFloat(text, 64); found && err == nil {
			l.gauges[name] = value
		}
	}
	l.disk = sizeOf(n.fs, "data")
	return l
}

// sizeOf is how many bytes there are in a file, or in all of a directory.
func sizeOf(fs *vfs.MemFS, path string) (size int64) {
	info, err := fs.Stat(path)
	if err != nil {
		return 0 // it was deleted meanwhile
	}
	if !info.IsDir() {
		return info.Size()
	}
	names, err := fs.List(path)
	if err != nil {
		return 0
	}
	for _, name := range names {
		size += sizeOf(fs, fs.PathJoin(path, name))
	}
	return size
}

// crowd is how many goroutines there are for some replicas and whom they talk to.
type crowd struct {
	at                 time.Duration
	living, goroutines int
}

var bubble = regexp.MustCompile(`synctest bubble \d+`)

// count counts the goroutines of the bubble. runtime.NumGoroutine has those of other
// bubbles, too, in which other scripts are played at the same time.
func (f *fleet) count() {
	stacks := make([]byte, 1<<20)
	for {
		n := runtime.Stack(stacks, true)
		if n < len(stacks) {
			stacks = stacks[:n]
			break
		}
		stacks = make([]byte, 2*len(stacks))
	}
	own := bubble.Find(stacks) // the first is the one that asks
	all := bytes.Count(stacks, append(own, ']')) + bytes.Count(stacks, append(own, ','))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.crowds = append(f.crowds, crowd{at: f.now(), living: len(f.living()), goroutines: all})
}

// loaded is what a replica has found in its storage at the beginning of a life.
type loaded struct {
	replica                         int
	alerts, silences, notifications int
	last                            bool // after everything
}

var stateLoaded = regexp.MustCompile(`msg="State loaded" path=data alerts=(\d+) silences=(\d+) notifications=(\d+)`)

// loaded reads what a replica has said about that.
func (n *node) loaded() (list []loaded) {
	for _, m := range stateLoaded.FindAllStringSubmatch(n.logs.String(), -1) {
		l := loaded{replica: n.index}
		for i, to := range []*int{&l.alerts, &l.silences, &l.notifications} {
			*to, _ = strconv.Atoi(m[1+i])
		}
		list = append(list, l)
	}
	if n.again && len(list) > 0 {
		list[len(list)-1].last = true
	}
	return list
}

// again begins a life of a replica when all is over, to see what it has in its
// storage, and lets it explain all alerts from that.
func (f *fleet) again(n *node) {
	n.again = true
	f.boot(n)
	f.askAll(n)
	f.halt(n)
}
