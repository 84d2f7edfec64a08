package console

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// place is where a mark stands among parallel branches: its group, from 1, and its branch of it,
// from 0. Both are 0 outside.
type place struct{ group, branch int }

// place finds where a lane stands. The engine stands outside of every group.
func (s *story) place(lane int) place {
	if lane == 0 || lane > len(s.In.Steps) {
		return place{}
	}
	st := s.In.Steps[lane-1]
	return place{st.Group, st.Branch}
}

// spot is a mark in time, among branches.
type spot struct {
	place
	start, end time.Duration
}

// weave follows branches through time.
type weave struct {
	spots  []spot
	group  int         // the group that is open, 0 for none
	parted []int       // what led to it
	last   map[int]int // of each of its branches
	late   map[int]int // of a branch that was still busy when the engine turned
}

// ways finds the marks that lead to each: the one before it in its branch; at the first of a branch
// all that came before its group; where branches meet, the last of each that has ended by then.
func ways(spots []spot) [][]int {
	order := make([]int, len(spots))
	for i := range order {
		order[i] = i
	}
	if slices.ContainsFunc(spots, func(s spot) bool { return s.group > 0 }) {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(spots[a].start, spots[b].start) })
	}
	w := weave{spots: spots, last: map[int]int{}, late: map[int]int{}}
	before := make([][]int, len(spots))
	for _, i := range order {
		if spots[i].group == 0 {
			before[i] = w.outside(i)
		} else {
			before[i] = w.inside(i)
		}
	}
	return before
}

// outside puts a mark where all branches meet, except those that are busy.
func (w *weave) outside(i int) []int {
	var ended []int
	busy := map[int]int{}
	for _, open := range []map[int]int{w.last, w.late} {
		for branch, k := range open {
			if w.spots[k].end > w.spots[i].start {
				busy[branch] = k
			} else {
				ended = append(ended, k)
			}
		}
	}
	if ended == nil {
		ended = w.parted
	}
	w.group, w.parted, w.last, w.late = 0, []int{i}, map[int]int{}, busy
	return slices.Sorted(slices.Values(ended))
}

// inside puts a mark into its branch.
func (w *weave) inside(i int) []int {
	p := w.spots[i].place
	if w.group != 0 && w.group != p.group {
		w.parted, w.last = slices.Sorted(maps.Values(w.last)), map[int]int{}
	}
	w.group = p.group
	before := w.parted
	if k, begun := w.last[p.branch]; begun {
		before = []int{k}
	} else if k, busy := w.late[p.branch]; busy {
		before = append([]int{k}, w.parted...)
		delete(w.late, p.branch)
	}
	w.last[p.branch] = i
	return before
}
