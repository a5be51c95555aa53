package api

import (
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tocsin-alerting/tocsin/alert"
)

// batchReader decodes the body of POST alerts.
type batchReader struct {
	reader
	batch   []*alert.Alert
	invalid *problem // the first rule of the schema that the body breaks
}

// report is one alert as it was posted.
type report struct {
	alert.Alert
	labelled bool // labels are given, if only as an empty object
}

// read decodes a body. The slice is valid until the next call.
//
// The whole of it is read before anything is said about it: that the text is no
// JSON at its end is worse than a field that is missing at its beginning.
func (d *batchReader) read(body io.Reader) ([]*alert.Alert, error) {
	d.reset(body)
	clear(d.batch)
	d.batch, d.invalid = d.batch[:0], nil
	kind, err := d.begin()
	switch {
	case errors.Is(err, errNoValue):
		return nil, required("alerts")
	case err == nil && kind == jsontext.KindNull:
		_, err = d.null()
	case err == nil:
		err = d.array(d.element)
	}
	if err != nil {
		return nil, badBody("alerts", err)
	}
	if d.invalid != nil {
		return nil, d.invalid
	}
	return d.batch, nil
}

func (d *batchReader) element(i int) error {
	null, err := d.null()
	switch {
	case err != nil:
		return err
	case null:
		d.reject(required(strconv.Itoa(i)))
		return nil
	}
	var rep report
	if err := d.object(func(name []byte) error { return d.member(&rep, name) }); err != nil {
		return err
	}
	if p := rep.problem(i); p != nil {
		d.reject(p)
	}
	// Once the body is rejected only its syntax matters; the rest need not be
	// held.
	if d.invalid == nil {
		d.batch = append(d.batch, rep.take())
	}
	return nil
}

func (d *batchReader) reject(p *problem) {
	if d.invalid == nil {
		d.invalid = p
		clear(d.batch)
		d.batch = d.batch[:0]
	}
}

func (d *batchReader) member(rep *report, name []byte) error {
	const (
		labels      = "labels"
		annotations = "annotations"
		startsAt    = "startsAt"
		endsAt      = "endsAt"
		origin      = "generatorURL"
	)
	var err error
	switch keyOf(name, labels, annotations, startsAt, endsAt, origin) {
	case labels:
		rep.labelled, err = d.labels(&rep.Labels)
	case annotations:
		_, err = d.labels(&rep.Annotations)
	case startsAt:
		err = d.time(&rep.StartsAt)
	case endsAt:
		err = d.time(&rep.EndsAt)
	case origin:
		err = d.string(&rep.GeneratorURL)
	default:
		err = d.skip()
	}
	return err
}

// problem returns what the schema has against element i.
func (rep *report) problem(i int) *problem {
	if origin := rep.GeneratorURL; origin != "" && !isRequestURI(origin) {
		return wrongFormat(strconv.Itoa(i)+".generatorURL", "body", "uri", origin)
	}
	if !rep.labelled {
		return required(strconv.Itoa(i) + ".labels")
	}
	return nil
}

// take returns the alert, without the labels that are empty.
func (rep *report) take() *alert.Alert {
	a := alert.New(withoutEmpty(rep.Labels))
	a.Annotations, a.GeneratorURL = rep.Annotations, rep.GeneratorURL
	a.StartsAt, a.EndsAt = rep.StartsAt, rep.EndsAt
	return a
}

func withoutEmpty(l alert.Labels) alert.Labels {
	empty := 0
	for _, value := range l.All() {
		if value == "" {
			empty++
		}
	}
	if empty == 0 {
		return l
	}
	var pairs []alert.Label
	for name, value := range l.All() {
		if value != "" {
			pairs = append(pairs, alert.Label{Name: name, Value: value})
		}
	}
	return alert.NewLabels(pairs)
}

// isRequestURI reports whether a text is an absolute URI or a path, apart from
// its fragment.
func isRequestURI(text string) bool {
	text, _, _ = strings.Cut(text, "#")
	_, err := url.ParseRequestURI(text)
	return err == nil
}
