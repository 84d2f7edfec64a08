package audit

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seosa-dev/saga/participant"
)

// Line is a quantity of one item.
type Line struct {
	Item      string `json:"item"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unitPrice,omitempty"` // US cents; 0 if nothing was taken
}

// Entry is what the catalog decided under one key.
type Entry struct {
	Key   string            `json:"key"` // <order number>/<attempt>/stock
	State participant.State `json:"state"`
	// Lines are what was taken, with prices. If the state is Refused, they are what was asked for;
	// if it is Cancelled, there are none.
	Lines []Line `json:"lines"`
}

// place is the attempt that a key belongs to. The zero value belongs to none.
type place struct {
	order   int64
	attempt int
}

// placeOf reads "<order>/<attempt>/stock", with or without a round ("~2") at its end.
func placeOf(key string) place {
	slash := strings.LastIndexByte(key, '/')
	if slash < 0 {
		return place{}
	}
	if step, _, _ := strings.Cut(key[slash+1:], "~"); step != "stock" {
		return place{}
	}
	return instanceOf(key[:slash])
}

// instanceOf reads "<order>/<attempt>"; numbers are written in one way only.
func instanceOf(instance string) place {
	number, count, _ := strings.Cut(instance, "/")
	order, err := strconv.ParseInt(number, 10, 64)
	attempt, bad := strconv.Atoi(count)
	p := place{order, attempt}
	if err != nil || bad != nil || order < 1 || attempt < 1 || p.instance() != instance {
		return place{}
	}
	return p
}

// instance names the attempt as the order service does.
func (p place) instance() string {
	return strconv.FormatInt(p.order, 10) + "/" + strconv.Itoa(p.attempt)
}

// quantities adds up lines by item.
func quantities(lines ...Line) map[string]int64 {
	sums := map[string]int64{}
	for _, l := range lines {
		sums[l.Item] += l.Quantity
	}
	return sums
}

// sameGoods compares items and quantities alone.
func sameGoods(a, b []Line) bool { return maps.Equal(quantities(a...), quantities(b...)) }

// sameLines compares everything but the order of the lines.
func sameLines(a, b []Line) bool {
	return slices.Equal(sorted(a), sorted(b))
}

func sorted(lines []Line) []Line {
	return slices.SortedFunc(slices.Values(lines), func(a, b Line) int {
		return cmp.Or(strings.Compare(a.Item, b.Item), cmp.Compare(a.Quantity, b.Quantity), cmp.Compare(a.UnitPrice, b.UnitPrice))
	})
}
