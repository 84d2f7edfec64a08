package participant

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// The ends of the types of messages: NAME.do and so on ask, NAME.reply answers.
const (
	callDo    = "do"
	callUndo  = "undo"
	callProbe = "probe"
	callFence = "fence"
	replyEnd  = ".reply"
)

// kindOf is a call as a step knows it; "" if it is none.
func kindOf(call string) saga.CallKind {
	switch call {
	case callDo:
		return saga.CallAction
	case callUndo:
		return saga.CallCompensation
	case callProbe:
		return saga.CallProbe
	case callFence:
		return saga.CallFence
	}
	return ""
}

// callBody is the data of a message that asks.
type callBody struct {
	Key     string          `json:"key"`
	Number  int             `json:"number,omitempty"`  // of the attempt
	Request json.RawMessage `json:"request,omitempty"` // of a do
}

// replyBody is the data of a message that answers.
type replyBody struct {
	For  string `json:"for"` // the Source of whoever asked
	Call string `json:"call"`
	// Number is that of the attempt: an old probe's "nothing so far" says nothing once more was sent.
	Number int             `json:"number,omitempty"`
	Entry  json.RawMessage `json:"entry"` // without the request, which the asker has
}

// callID names a call. One that is sent again because nobody knows whether it was sent has the same
// name; a further attempt has another, so that nothing on the way takes it for a repeat.
func callID(a saga.Attempt, call string) string {
	id := a.Key.String() + "." + call + "." + strconv.Itoa(a.Number)
	if len(id) <= message.MaxAttribute {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// splitType returns the operation and the call that a type of message asks for.
func splitType(typ string) (name, call string) {
	if dot := strings.LastIndexByte(typ, '.'); dot >= 0 {
		return typ[:dot], typ[dot+1:]
	}
	return typ, ""
}
