package notify

// Accepting returns a client for which an answer is a success if accepts says so
// of its status, whatever that means elsewhere. Other answers of 2xx are permanent
// errors then.
func (c *Client) Accepting(accepts func(code int) bool) *Client {
	other := *c
	other.accepts = accepts
	return &other
}

func (c *Client) succeeded(code int) bool {
	if c.accepts != nil {
		return c.accepts(code)
	}
	return code/100 == 2
}
