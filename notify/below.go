package notify

import "net/url"

// Below is the URL with a path added to its own, which should end with a slash.
// What has no place in a path is escaped; slashes in it are kept.
func (u URL) Below(path string) (string, error) {
	parsed, err := ParseURL(string(u))
	if err != nil {
		return "", err
	}
	added := url.URL{Path: path}
	parsed.RawPath = parsed.EscapedPath() + added.EscapedPath()
	parsed.Path += path
	return parsed.String(), nil
}
