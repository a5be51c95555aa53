package feishu

// card is a message with a header and buttons.
type card struct {
	Config   cardConfig `json:"config"`
	Header   *header    `json:"header,omitempty"`
	Elements []element  `json:"elements"`
}

type cardConfig struct {
	Wide bool `json:"wide_screen_mode"`
}

type header struct {
	Template string  `json:"template,omitempty"` // the colour
	Title    tagText `json:"title"`
}

type tagText struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
}

// element is a text or a row of buttons.
type element struct {
	Tag     string   `json:"tag"`
	Content string   `json:"content,omitempty"`
	Actions []button `json:"actions,omitempty"`
}

type button struct {
	Tag  string  `json:"tag"`
	Text tagText `json:"text"`
	Type string  `json:"type"`
	URL  string  `json:"url"`
}

// newCard leaves out a text that is empty, which Feishu would refuse.
func newCard(h *header, text string, buttons []button) *card {
	c := &card{Config: cardConfig{Wide: true}, Header: h, Elements: []element{}}
	if text != "" {
		c.Elements = append(c.Elements, element{Tag: "markdown", Content: text})
	}
	if len(buttons) > 0 {
		c.Elements = append(c.Elements, element{Tag: "action", Actions: buttons})
	}
	return c
}

func (r renderer) header(c Config, title string) *header {
	if title == "" {
		return nil
	}
	return &header{Template: r.Word(c.Color, ""), Title: tagText{Tag: "plain_text", Content: title}}
}

// buttons leaves out those that lead nowhere, since Feishu would refuse the whole
// message.
func (r renderer) buttons(c Config) []button {
	var rendered []button
	for _, b := range c.Buttons {
		title, url := r.Word(b.Title, "Details"), r.Word(b.URL, "")
		if title != "" && url != "" {
			text := tagText{Tag: "plain_text", Content: title}
			rendered = append(rendered, button{Tag: "button", Text: text, Type: "default", URL: url})
		}
	}
	return rendered
}
