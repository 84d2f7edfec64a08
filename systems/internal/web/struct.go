package web

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
)

// structure describes a struct: by reference if it has a name.
func (s *schemas) structure(t reflect.Type) object {
	if t.Name() == "" {
		return s.members(t)
	}
	name, known := s.names[t]
	if !known {
		name = s.register(t)
		s.components[name] = object{} // what a type that contains itself finds
		s.components[name] = s.members(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// register names a component after its type, and after its package too if the name is taken.
func (s *schemas) register(t reflect.Type) string {
	if s.names == nil {
		s.names, s.components = map[reflect.Type]string{}, object{}
	}
	name := componentName(t.Name())
	if _, taken := s.components[name]; taken {
		name = componentName(path.Base(t.PkgPath()) + "." + t.Name())
	}
	if _, taken := s.components[name]; taken {
		panic("web: two types would be documented as " + name + "; rename one of them")
	}
	s.names[t] = name
	return name
}

// componentName leaves the characters that OpenAPI allows; those of type parameters are others.
func componentName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
}

// members describes the members of a struct. There are no others, except in a problem.
func (s *schemas) members(t reflect.Type) object {
	if t == reflect.TypeFor[Problem]() {
		return problemSchema()
	}
	properties, required := object{}, map[string]bool{}
	s.collect(t, properties, required)
	described := object{"type": "object", "properties": properties, "additionalProperties": false}
	if names := slices.Sorted(maps.Keys(required)); len(names) > 0 {
		described["required"] = names
	}
	return described
}

// collect adds the members of a struct, those of embedded ones first, because a nearer one of the
// same name hides them.
func (s *schemas) collect(t reflect.Type, properties object, required map[string]bool) {
	fields := slices.SortedStableFunc(t.Fields(), func(a, b reflect.StructField) int { return promoted(b) - promoted(a) })
	for _, f := range fields {
		name, options := jsonTag(f)
		switch {
		case promoted(f) == 1:
			s.collectEmbedded(f.Type, properties, required)
		case f.IsExported() && f.Tag.Get("json") != "-":
			properties[name] = s.member(f.Type, options)
			delete(required, name)
			if f.Type.Kind() != reflect.Pointer && !mayBeAbsent(options) {
				required[name] = true
			}
		}
	}
}

// collectEmbedded adds the members of an embedded struct; behind a pointer that may be nil, none of
// them is certain.
func (s *schemas) collectEmbedded(t reflect.Type, properties object, required map[string]bool) {
	if t.Kind() == reflect.Pointer {
		s.collect(t.Elem(), properties, map[string]bool{})
		return
	}
	s.collect(t, properties, required)
}

// member describes a member: a nil pointer that is not left out is written as null.
func (s *schemas) member(t reflect.Type, options []string) object {
	switch {
	case slices.Contains(options, "string"):
		return object{"type": "string"}
	case t.Kind() == reflect.Pointer && !mayBeAbsent(options):
		return object{"anyOf": []object{s.of(t), {"type": "null"}}}
	}
	return s.of(t)
}

func mayBeAbsent(options []string) bool {
	return slices.Contains(options, "omitempty") || slices.Contains(options, "omitzero")
}

// promoted is 1 for an embedded struct whose members are written as those of the outer one.
func promoted(f reflect.StructField) int {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if _, writesItself := wellKnown(t); f.Anonymous && name == "" && t.Kind() == reflect.Struct && !writesItself {
		return 1
	}
	return 0
}

func jsonTag(f reflect.StructField) (name string, options []string) {
	parts := strings.Split(f.Tag.Get("json"), ",")
	if parts[0] == "" {
		return f.Name, parts[1:]
	}
	return parts[0], parts[1:]
}
