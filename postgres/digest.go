package postgres

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/seosa-dev/saga"
)

// appended are the starts and answers of an append as arrays.
type appended struct {
	ids, definitions []string
	hashes           [][]byte
	commands         []string
	answers          [][]byte
}

func keysOf(a saga.Append) (k appended) {
	for i := range a.Starts {
		start := &a.Starts[i]
		k.ids, k.definitions = append(k.ids, start.ID), append(k.definitions, start.Definition)
		k.hashes = append(k.hashes, bytes(start.Hash))
	}
	for i := range a.Answers {
		k.commands, k.answers = append(k.commands, a.Answers[i].ID), append(k.answers, bytes(a.Answers[i].Data))
	}
	return k
}

// digest stands for the starts and answers in the journal's row, so that a repeat can be compared.
func digest(a saga.Append) []byte {
	h := sha256.New()
	number := func(n int) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	field := func(s string) {
		number(len(s))
		h.Write([]byte(s))
	}
	number(len(a.Starts)) // where they end and the answers begin
	for i := range a.Starts {
		field(a.Starts[i].ID)
		field(a.Starts[i].Definition)
		field(string(a.Starts[i].Hash))
	}
	for i := range a.Answers {
		field(a.Answers[i].ID)
		field(string(a.Answers[i].Data))
	}
	return h.Sum(nil)
}
