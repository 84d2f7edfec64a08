package console

import "time"

// What the black-box tests need to see of the drawings, the texts and the address writer.

type (
	RunLine   = runLine
	Stop      = stop
	StopMark  = stopMark
	Train     = train
	TrainCall = trainCall
	TrainBand = trainBand
	TrainLeg  = trainLeg
	Style     = style
	Mark      = mark
)

const (
	StopDone    = stopDone
	StopNo      = stopNo
	StopNone    = stopNone
	StopUnknown = stopUnknown
	StopFlag    = stopFlag
	StopOpen    = stopOpen

	MaxStreams = maxStreams
)

// Spot is the group, branch, start and end of a mark.
type Spot struct{ Group, Branch, Start, End int }

// Ways finds which marks lead to each.
func Ways(spots []Spot) [][]int {
	var at []spot
	for _, s := range spots {
		at = append(at, spot{place{s.Group, s.Branch}, time.Duration(s.Start), time.Duration(s.End)})
	}
	return ways(at)
}

// Texts returns the built-in text.
func Texts() string { return tableText }

// ReadTexts reads a text table and returns both languages by key.
func ReadTexts(text string) (map[string][2]string, error) {
	t, err := readTable(text)
	pairs := map[string][2]string{}
	for key, w := range t {
		pairs[key] = [2]string{w.en, w.ko}
	}
	return pairs, err
}

// Speak returns how durations are written in a language.
func Speak(lang string) func(time.Duration) string {
	t, err := readTable(tableText)
	if err != nil {
		panic(err)
	}
	return speaker{Lang: lang, table: t, zone: time.UTC}.Duration
}

// NewMark makes a mark of a drawing.
func NewMark(symbol string) Mark { return newMark(symbol, symbol, "") }
