package main

import (
	"github.com/seosa-dev/saga/sagatest"
	shop "github.com/seosa-dev/saga/systems/shop/order"
)

// order is the shop's order, of one item of one kind, with modelled participants.
func order(w *sagatest.World) sagatest.Case[shop.Order] {
	return sagatest.Case[shop.Order]{Definition: sagatest.Model(w, shop.Definition()), Input: shop.Order{ID: 1, Owner: "ACID", Attempt: 1}}
}
