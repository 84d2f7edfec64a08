package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/seosa-dev/saga/console"
)

//go:embed html
var htmlFiles embed.FS

//go:embed asset/demo.css
var ownStyle []byte

//go:embed text.txt
var tableText string

// files is where this page's static files are: the console's, and one stylesheet of its own.
const files = "/page/"

func (p *Page) load() (err error) {
	if p.kit, err = console.NewKit(tableText); err != nil {
		return fmt.Errorf("page: texts: %w", err)
	}
	if p.pages, err = p.kit.Parse(htmlFiles, "html/*.html"); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	sum := sha256.Sum256(ownStyle)
	p.style = "demo." + hex.EncodeToString(sum[:6]) + ".css"
	return nil
}

// static answers with a file that may be kept for ever, and reports whether there is one.
func (p *Page) static(w http.ResponseWriter, name string) bool {
	if name != p.style {
		return p.kit.Serve(w, name)
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(ownStyle)
	return true
}
