// Package receivertest is the usual test of a receiver. One call runs the
// conformance suite, which is what every integration must do whatever its
// service is, and the golden cases in the folder testdata of the package under
// test, which show what goes over the wire:
//
//	func TestReceiver(t *testing.T) {
//		receivertest.Run(t, slack.Kind(), receivertest.Options{
//			Config:   "api_url: $URL/$SECRET",
//			Required: []string{"api_url"},
//			Files:    map[string]string{"api_url": "api_url_file"},
//			Texts:    []string{"title", "text"},
//			Success:  receivertest.Answer{Body: `{"ok":true}`},
//		})
//	}
//
// A golden case is a txtar archive with these input files:
//
//	config.yaml  one entry of the configuration; $URL and $ADDR are the address
//	             of a fake service, $DIR is a folder
//	global.yaml  what stands in the global section for the kind, in place of
//	             Options.Global
//	send         the names of fixtures, one per line; each is sent once, by the
//	             same sender
//	answer-N     what the service answers to request N: status, headers, an
//	             empty line, body; without the file it is content
//	*.tmpl       template files
//	other names  files that are put into $DIR
//
// and these output files, which -update rewrites:
//
//	want/request-N  a request as it came
//	want/stdout     what was printed
//	want/outcome    what became of each fixture, unless all went well
package receivertest
