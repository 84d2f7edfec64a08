package console

import (
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"time"
)

// Kit is what other pages of the same program take from the console, so that they look and speak
// like it: stylesheet, script, icon, marks and the words for lengths of time. It is read-only and
// safe for concurrent use; make one with [NewKit].
type Kit struct {
	texts  table
	assets assets
}

// NewKit makes a kit that also knows the sentences of texts: a line with the key, then one indented
// line with the language and the sentence for each of en and ko; places are written {name}. The
// error names a key that lacks a language or that the console has already.
func NewKit(texts string) (*Kit, error) {
	k := &Kit{}
	var err error
	if k.texts, err = readTable(texts); err != nil {
		return nil, err
	}
	common, err := readTable(tableText)
	if err != nil {
		return nil, err
	}
	for key := range common {
		if _, twice := k.texts[key]; twice {
			return nil, fmt.Errorf("console: the text %q is the console's own; use it or choose another key", key)
		}
	}
	maps.Copy(k.texts, common)
	k.assets, err = readAssets()
	return k, err
}

// Parse reads a page's own templates beside the console's "sprite", which holds the marks and
// stands once on each page, and "mark", whose data is what [Speaker]'s Icon returns.
func (k *Kit) Parse(own fs.FS, patterns ...string) (*template.Template, error) {
	t, err := template.ParseFS(pageFiles, "page/sprite.html")
	if err != nil {
		return nil, fmt.Errorf("console: marks: %w", err)
	}
	if t, err = t.ParseFS(own, patterns...); err != nil {
		return nil, fmt.Errorf("console: templates: %w", err)
	}
	return t, nil
}

// Asset returns the public name of style.css, live.js or icon.svg, which changes with its content;
// "" if there is no such file.
func (k *Kit) Asset(name string) string { return k.assets.names[name] }

// Serve answers with the file of a public name and reports whether there is one. It may be kept for
// ever.
func (k *Kit) Serve(w http.ResponseWriter, name string) bool { return k.assets.serve(w, name) }

// Speaker chooses the language of a request: ?lang=, then Accept-Language, then English.
func (k *Kit) Speaker(r *http.Request, zone *time.Location) Speaker {
	return Speaker{speaker{Lang: language(r, english), table: k.texts, zone: zone}}
}

// Speaker writes sentences, numbers, times and lengths of time in one language. Views embed it, so
// that templates can ask for texts by key. Its zero value has no texts; take one from a [Kit].
type Speaker struct{ speaker }

// Secure sets the headers of a page that may use this program's own files and nothing else, no
// inline script or style, and that is not stored.
func Secure(h http.Header) { secure(h) }
