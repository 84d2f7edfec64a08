package user

import (
	"fmt"

	"github.com/seosa-dev/saga/participant"
)

// Why a [UserManager] refuses: the codes of the [participant.Refusal] that its error then is.
const (
	InsufficientBalance = "insufficient-balance" // less is there than is to be paid
	UnknownUser         = "unknown-user"         // nobody has registered under the name
	NameTaken           = "name-taken"           // somebody has
	BalanceLimit        = "balance-limit"        // a balance would exceed MaxBalance
	KeyReused           = "key-reused"           // a charge's key stands for another amount
	PaymentReused       = "payment-reused"       // a payment's id stands for a debit that was made
	Invalid             = "invalid-request"      // never to be accepted
)

func refuse(code, format string, args ...any) error {
	return &participant.Refusal{Code: code, Detail: fmt.Sprintf(format, args...)}
}

func unknown(name string) error {
	return refuse(UnknownUser, "Nobody has registered as %.60q; register with POST /users.", name)
}
