package api

import _ "embed"

//go:embed openapi.yaml
var openAPI string

// OpenAPI returns the description of /api/v2 in YAML.
func OpenAPI() string { return openAPI }
