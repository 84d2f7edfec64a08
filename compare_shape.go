package saga

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// changes lists what differs, step by step; steps are told apart by their names.
func (s *Shape) changes(o *Shape) (list []string) {
	note := func(what string, was, is any) {
		list = append(list, fmt.Sprintf("%s: %s -> %s", what, plainly(reflect.ValueOf(was)), plainly(reflect.ValueOf(is))))
	}
	if s.Deadline != o.Deadline {
		note("deadline", s.Deadline, o.Deadline)
	}
	if s.LeaveInDoubt != o.LeaveInDoubt {
		note("leave in doubt", s.LeaveInDoubt, o.LeaveInDoubt)
	}
	renamed := map[string]bool{}
	for i := range s.Steps {
		st := &s.Steps[i]
		switch place := o.place(st.Name); {
		case place >= 0:
			list = append(list, st.changes(&o.Steps[place])...)
		case len(s.Steps) == len(o.Steps) && s.place(o.Steps[i].Name) < 0:
			note(fmt.Sprintf("step %d", i+1), st.Name, o.Steps[i].Name)
			renamed[o.Steps[i].Name] = true
		default:
			list = append(list, fmt.Sprintf("step %q is gone from place %d", st.Name, i+1))
		}
	}
	for i, st := range o.Steps {
		if s.place(st.Name) < 0 && !renamed[st.Name] {
			list = append(list, fmt.Sprintf("step %q is new at place %d", st.Name, i+1))
		}
	}
	if was, is := s.shared(o), o.shared(s); was != is {
		note("order of the steps", was, is)
	}
	return list
}

// place is the index of the step of that name; -1 if there is none.
func (s *Shape) place(step string) int {
	return slices.IndexFunc(s.Steps, func(st StepShape) bool { return st.Name == step })
}

// shared names the steps that the other has too, in their order here.
func (s *Shape) shared(o *Shape) string {
	var names []string
	for i := range s.Steps {
		if name := s.Steps[i].Name; o.place(name) >= 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// changes lists what differs between two shapes of one step, by the names that JSON gives them.
func (st *StepShape) changes(o *StepShape) []string {
	return changedFields(fmt.Sprintf("step %q, ", st.Name), reflect.ValueOf(*st), reflect.ValueOf(*o))
}

func changedFields(prefix string, was, is reflect.Value) (list []string) {
	for i := range was.NumField() {
		field := was.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		name = prefix + cmp.Or(name, field.Name)
		switch a, b := was.Field(i), is.Field(i); {
		case a.Kind() == reflect.Struct:
			list = append(list, changedFields(name+".", a, b)...)
		case !a.Equal(b):
			list = append(list, fmt.Sprintf("%s: %s -> %s", name, plainly(a), plainly(b)))
		}
	}
	return list
}

// plainly writes a value as people do; what is not set is none.
func plainly(v reflect.Value) string {
	if v.IsZero() {
		return "none"
	}
	return fmt.Sprint(v)
}
