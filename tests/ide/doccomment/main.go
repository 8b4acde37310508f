// Doccomment says what go/doc/comment makes of the comments that it reads, a list of texts in JSON.
package main

import (
	"encoding/json"
	"go/doc/comment"
	"log"
	"os"
	"strings"
)

type text [2]string // and where it leads

type block struct {
	Kind    string     `json:"kind"`
	Items   [][][]text `json:"items"`
	Numbers []string   `json:"numbers"`
	Code    string     `json:"code"`
}

func main() {
	var comments []string
	if err := json.NewDecoder(os.Stdin).Decode(&comments); err != nil {
		log.Fatal(err)
	}
	parser := &comment.Parser{
		LookupPackage: func(name string) (string, bool) { return name, name == "pkg" },
		LookupSym:     func(string, string) bool { return true },
	}
	found := [][]block{}
	for _, one := range comments {
		found = append(found, blocks(parser.Parse(one).Content))
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func blocks(content []comment.Block) []block {
	found := []block{}
	for _, one := range content {
		switch one := one.(type) {
		case *comment.Paragraph:
			found = append(found, block{Kind: "paragraph", Items: [][][]text{{texts(one.Text)}}})
		case *comment.Heading:
			found = append(found, block{Kind: "heading", Items: [][][]text{{texts(one.Text)}}})
		case *comment.Code:
			found = append(found, block{Kind: "code", Code: one.Text})
		case *comment.List:
			list := block{Kind: "list"}
			for _, item := range one.Items {
				paragraphs := [][]text{}
				for _, paragraph := range item.Content {
					paragraphs = append(paragraphs, texts(paragraph.(*comment.Paragraph).Text))
				}
				list.Items = append(list.Items, paragraphs)
				list.Numbers = append(list.Numbers, item.Number)
			}
			found = append(found, list)
		}
	}
	return found
}

// texts joins neighbours that lead nowhere.
func texts(runs []comment.Text) []text {
	found := []text{}
	add := func(shown, url string) {
		if last := len(found) - 1; url == "" && last >= 0 && found[last][1] == "" {
			found[last][0] += shown
		} else {
			found = append(found, text{shown, url})
		}
	}
	for _, run := range runs {
		switch run := run.(type) {
		case comment.Plain:
			add(string(run), "")
		case *comment.Link:
			add(plain(run.Text), run.URL)
		case *comment.DocLink:
			add(plain(run.Text), "")
		}
	}
	return found
}

func plain(runs []comment.Text) string {
	var shown strings.Builder
	for _, run := range runs {
		shown.WriteString(string(run.(comment.Plain)))
	}
	return shown.String()
}
