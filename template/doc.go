// Package template turns a batch of alerts into the texts that receivers
// send. A Set holds the built-in templates and the user's files, parsed once;
// it renders single configuration values (Text) over a Data, with
// text/template or html/template.
//
// The field names of Data, the functions and the names and output of the
// built-in templates are a contract with the templates people already have.
package template
