package web

import "strings"

// splitPattern reads a pattern of net/http as OpenAPI has it: the method in lower case, the path
// with plain {names}, and the names. There is no place there for a pattern without a method or for
// one with a host.
func splitPattern(pattern string) (method, path string, names []string) {
	method, path, ok := strings.Cut(pattern, " ")
	path = strings.TrimLeft(path, " \t")
	if !ok || !strings.HasPrefix(path, "/") {
		panic("web: the pattern " + pattern + " cannot be documented; write METHOD /path")
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		name, ok := strings.CutPrefix(segment, "{")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(strings.TrimSuffix(name, "}"), "...")
		if name == "$" { // the end of a path that has no subtree
			segments[i] = ""
			continue
		}
		segments[i] = "{" + name + "}"
		names = append(names, name)
	}
	return strings.ToLower(method), strings.Join(segments, "/"), names
}
