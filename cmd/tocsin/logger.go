package main

import (
	"io"
	"strings"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// newLogger returns a logger with the keys that log collectors know from
// Prometheus: time, level, source, msg.
func newLogger(w io.Writer, least, format string) log.Logger {
	w = log.NewSyncWriter(w)
	logger := log.NewLogfmtLogger(w)
	if format == "json" {
		logger = log.NewJSONLogger(w)
	}
	logger = loud{logger}
	logger = level.NewFilter(logger, level.Allow(level.ParseDefault(least, level.InfoValue())))
	timestamp := log.TimestampFormat(time.Now, "2006-01-02T15:04:05.000Z07:00")
	return log.With(logger, "time", timestamp, "source", log.DefaultCaller)
}

// loud writes the level in capitals and after the time.
type loud struct{ next log.Logger }

func (l loud) Log(keyvals ...any) error {
	if len(keyvals) >= 4 && keyvals[0] == level.Key() {
		if v, ok := keyvals[1].(level.Value); ok {
			keyvals[1] = strings.ToUpper(v.String())
		}
		keyvals[0], keyvals[1], keyvals[2], keyvals[3] = keyvals[2], keyvals[3], keyvals[0], keyvals[1]
	}
	return l.next.Log(keyvals...)
}
