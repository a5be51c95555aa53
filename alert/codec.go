package alert

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// recordVersion begins every record of an alert. A change that older readers
// would misread counts it up.
const recordVersion = 1

const timeoutFlag = 1

var errRecord = errors.New("record is damaged")

// Append appends the record of an alert to b, as it is stored and sent to
// replicas: version, flags, the four times, and then origin, labels and
// annotations, each with its length before it.
func Append(b []byte, a *Alert) []byte {
	var flags byte
	if a.Timeout {
		flags |= timeoutFlag
	}
	b = append(b, recordVersion, flags)
	for _, t := range [...]time.Time{a.StartsAt, a.EndsAt, a.UpdatedAt, a.ReceivedAt} {
		b = AppendTime(b, t)
	}
	b = binary.AppendUvarint(b, uint64(len(a.GeneratorURL)))
	b = append(b, a.GeneratorURL...)
	b = binary.AppendUvarint(b, uint64(len(a.Labels.packed)))
	b = a.Labels.AppendPacked(b)
	b = binary.AppendUvarint(b, uint64(len(a.Annotations.packed)))
	return a.Annotations.AppendPacked(b)
}

// Decode reads what Append has written. It does not keep b. Bytes may follow
// that a later version has added.
func Decode(b []byte) (*Alert, error) {
	r := reader{rest: b}
	if v := r.byte(); r.err == nil && v != recordVersion {
		return nil, fmt.Errorf("unknown version %d of an alert's record", v)
	}
	flags := r.byte()
	times := [4]time.Time{r.time(), r.time(), r.time(), r.time()}
	origin := string(r.bytes())
	labels, errLabels := ParsePacked(r.bytes())
	annotations, errAnnotations := ParsePacked(r.bytes())
	if err := errors.Join(r.err, errLabels, errAnnotations); err != nil {
		return nil, err
	}
	a := New(labels)
	a.Annotations, a.GeneratorURL = annotations, origin
	a.StartsAt, a.EndsAt, a.UpdatedAt, a.ReceivedAt = times[0], times[1], times[2], times[3]
	a.Timeout = flags&timeoutFlag != 0
	return a, nil
}

// AppendTime appends seconds and nanoseconds, since nanoseconds alone do not
// reach beyond the year 2262 and people write ends that do.
func AppendTime(b []byte, t time.Time) []byte {
	b = binary.AppendVarint(b, t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

// CutTime reads a time from the front of b, in UTC.
func CutTime(b []byte) (t time.Time, rest []byte, err error) {
	r := reader{rest: b}
	t = r.time()
	return t, r.rest, r.err
}

// reader takes values off the front of a record. After the first failure all are
// zero.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail() { r.rest, r.err = nil, errRecord }

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) time() time.Time {
	sec, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return time.Time{}
	}
	r.rest = r.rest[n:]
	nsec := r.uvarint()
	if nsec >= uint64(time.Second) {
		r.fail()
		return time.Time{}
	}
	return time.Unix(sec, int64(nsec)).UTC()
}

func (r *reader) bytes() []byte {
	size := r.uvarint()
	if size > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	b := r.rest[:size]
	r.rest = r.rest[size:]
	return b
}
