package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed asset
var assetFiles embed.FS

// asset is one static file under a name that changes with its content.
type asset struct {
	kind string
	body []byte
}

// assets finds files by their public name, and public names by plain ones.
type assets struct {
	files map[string]asset
	names map[string]string
}

func readAssets() (assets, error) {
	a := assets{files: map[string]asset{}, names: map[string]string{}}
	kinds := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}
	entries, err := assetFiles.ReadDir("asset")
	if err != nil {
		return a, fmt.Errorf("console: assets: %w", err)
	}
	for _, e := range entries {
		body, err := assetFiles.ReadFile("asset/" + e.Name())
		if err != nil {
			return a, fmt.Errorf("console: assets: %w", err)
		}
		ext := path.Ext(e.Name())
		sum := sha256.Sum256(body)
		name := strings.TrimSuffix(e.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.files[name] = asset{kinds[ext], body}
		a.names[e.Name()] = name
	}
	return a, nil
}

// serve answers with a file that may be kept for ever, and reports whether there is one.
func (a assets) serve(w http.ResponseWriter, name string) bool {
	file, ok := a.files[name]
	if !ok {
		return false
	}
	w.Header().Set("Content-Type", file.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(file.body)
	return true
}
