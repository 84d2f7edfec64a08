package flaw

import (
	"errors"

	"github.com/seosa-dev/saga/participant"
)

// refusal says with which code a service refused. Any other error stays one.
func refusal(err error) (string, error) {
	if refused, ok := errors.AsType[*participant.Refusal](err); ok {
		return "refused: " + refused.Code, nil
	}
	return "", err
}
