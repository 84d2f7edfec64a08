package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// describe says what an order is about.
func describe(in saga.Instance, language string) string {
	var o order.Order
	if err := json.Unmarshal(in.State, &o); err != nil || len(o.Lines) == 0 {
		return ""
	}
	var lines []string
	for _, l := range o.Lines {
		lines = append(lines, fmt.Sprintf("%d × %s", l.Quantity, l.Item))
	}
	if language == "ko" {
		return fmt.Sprintf("주문 %d번: %s", o.ID, strings.Join(lines, ", "))
	}
	return fmt.Sprintf("Order %d: %s", o.ID, strings.Join(lines, ", "))
}
