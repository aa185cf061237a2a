// SPDX-License-Identifier: GPL-3.0-or-later

// Renders templates with Go's own text/template, to compare other interpreters with.
//
// Reads one case per line, {"template": "...", "data": ...}, and answers each with one line:
// {"text": "..."}, {"hex": "..."} for a text that is not UTF-8, or
// {"stage": "parse" or "render", "error": "..."}.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"log"
	"os"
	"text/template"
	"unicode/utf8"
)

type testCase struct {
	Template string      `json:"template"`
	Data     interface{} `json:"data"`
}

type answer struct {
	Text  *string `json:"text,omitempty"`
	Hex   string  `json:"hex,omitempty"`
	Stage string  `json:"stage,omitempty"`
	Error string  `json:"error,omitempty"`
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	for {
		line, err := input.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		var c testCase
		if err := decoder.Decode(&c); err != nil {
			log.Fatal(err)
		}
		if err := output.Encode(render(c)); err != nil {
			log.Fatal(err)
		}
	}
}

func render(c testCase) answer {
	parsed, err := template.New("main").Parse(c.Template)
	if err != nil {
		return answer{Stage: "parse", Error: err.Error()}
	}
	var text bytes.Buffer
	if err := parsed.Execute(&text, plain(c.Data)); err != nil {
		return answer{Stage: "render", Error: err.Error()}
	}
	if !utf8.Valid(text.Bytes()) {
		return answer{Hex: hex.EncodeToString(text.Bytes())}
	}
	s := text.String()
	return answer{Text: &s}
}

// plain turns decoded JSON into what a YAML decoder gives: ints stay ints. Lists get no spare
// capacity, which the slice function would otherwise show.
func plain(value interface{}) interface{} {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, err := v.Float64()
		if err != nil {
			log.Fatal(err)
		}
		return f
	case []interface{}:
		list := make([]interface{}, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	case map[string]interface{}:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return value
}
