package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// Errors of Silences that are the client's.
var (
	// ErrNotFound says that there is no silence with the given ID.
	ErrNotFound = errors.New("silence not found")
	// ErrInvalid says that a silence is not acceptable. Wrap it with the reason.
	ErrInvalid = errors.New("invalid silence")
)

// ErrUnavailable says that something cannot be kept at the moment, and that the
// request may be repeated. Wrap it with the reason.
var ErrUnavailable = errors.New("not available")

// shape is the form of an error in the body of a response.
type shape uint8

const (
	shapeText   shape = iota // a JSON string
	shapeObject              // {"code":…,"message":…}
	shapeEmpty               // nothing
)

// problem is an error that knows how it is told to a client.
type problem struct {
	status int
	shape  shape
	code   int // only in shapeObject
	text   string
}

func (p *problem) Error() string { return p.text }

// Codes above 599 name a rule of the schema; their HTTP status is 422.
const (
	codeFormat   = 601
	codeRequired = 602
	codeTooFew   = 612
)

// schemaProblem is what the transport or the schema has against a request.
func schemaProblem(code int, format string, args ...any) *problem {
	status := code
	if code >= 600 {
		status = http.StatusUnprocessableEntity
	}
	return &problem{status: status, shape: shapeObject, code: code, text: fmt.Sprintf(format, args...)}
}

func required(path string) *problem {
	return schemaProblem(codeRequired, "%s in body is required", path)
}

func wrongFormat(path, in, format, value string) *problem {
	return schemaProblem(codeFormat, "%s in %s must be of type %s: %q", path, in, format, short(value))
}

// short cuts what a client has sent to a length that is fit for a message.
func short(text string) string {
	const enough = 1000
	if len(text) <= enough {
		return text
	}
	return strings.ToValidUTF8(text[:enough], "") + "…"
}

func tooFew(path string, least int) *problem {
	return schemaProblem(codeTooFew, "%s in body should have at least %d items", path, least)
}

// badBody says that a body cannot be read as the parameter it is meant to be.
func badBody(parameter string, err error) *problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return schemaProblem(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", tooLarge.Limit)
	}
	reason := strings.TrimPrefix(err.Error(), "jsontext: ")
	return schemaProblem(http.StatusBadRequest, `parsing %s body from "" failed, because %s`, parameter, reason)
}

func pathNotFound(path string) *problem {
	return schemaProblem(http.StatusNotFound, "path %s was not found", path)
}

func methodNotAllowed(method string, allowed []string) *problem {
	return schemaProblem(http.StatusMethodNotAllowed, "method %s is not allowed, but [%s] are", method, strings.Join(allowed, ","))
}

func notAcceptable() *problem {
	return schemaProblem(http.StatusNotAcceptable, "unsupported media type requested, only [%s] are available", mediaJSON)
}

func unsupportedMedia(contentType string) *problem {
	if contentType == "" {
		contentType = "application/octet-stream" // what a body without a type is
	}
	return schemaProblem(http.StatusUnsupportedMediaType, "unsupported media type %q, only [%s] are allowed", contentType, mediaJSON)
}

// textProblem is what a handler itself has against a request.
func textProblem(status int, text string) *problem {
	return &problem{status: status, shape: shapeText, text: text}
}

func badRequest(err error) *problem { return textProblem(http.StatusBadRequest, err.Error()) }

// emptyProblem is told by its status alone.
func emptyProblem(status int, reason string) *problem {
	return &problem{status: status, shape: shapeEmpty, text: reason}
}

// problemOf finds out how an error is told. One that does not say is a fault
// of the daemon.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if errors.Is(err, ErrUnavailable) {
		return textProblem(http.StatusServiceUnavailable, err.Error())
	}
	return textProblem(http.StatusInternalServerError, err.Error())
}

// write answers a request with the problem.
func (p *problem) write(w http.ResponseWriter) {
	if p.shape == shapeEmpty {
		w.WriteHeader(p.status)
		return
	}
	w.Header().Set("Content-Type", mediaJSON)
	w.WriteHeader(p.status)
	var body []byte
	if p.shape == shapeObject {
		body = fmt.Appendf(body, `{"code":%d,"message":`, p.code)
		body = append(jsontext.AppendString(body, p.text, jsontext.ForHTML), '}')
	} else {
		body = append(jsontext.AppendString(body, p.text, jsontext.Verbatim), '\n')
	}
	_, _ = w.Write(body) // the client is gone if this fails
}
