package notify

// Authorizes reports whether the http_config of the entry itself says who asks,
// so that a token beside it would be one too many.
func (c HTTPCommon) Authorizes() bool {
	h := c.HTTPConfig
	return h != nil && (h.BasicAuth != nil || h.Authorization != nil || h.OAuth2 != nil || h.BearerToken != "" || h.BearerTokenFile != "")
}
