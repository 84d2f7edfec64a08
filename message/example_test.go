package message_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/seosa-dev/saga/message"
)

// A handler on the bus is what a consumer of a broker is elsewhere: it gets the message as it was
// written, and says by its error what should follow.
func Example() {
	bus := message.NewBus()
	bus.Subscribe("OrderFailed", func(_ context.Context, m message.Message) error {
		var order struct{ Item string }
		if err := json.Unmarshal(m.Data, &order); err != nil {
			return fmt.Errorf("%w: %w", message.ErrPoison, err)
		}
		fmt.Println("give back", order.Item, "of", m.Key)
		return nil
	})

	m, err := message.New("/shop/order", "OrderFailed", "order-1", map[string]string{"item": "EST-1"})
	if err != nil {
		panic(err)
	}
	fmt.Println(bus.Publish(context.Background(), m))
	// Output:
	// give back EST-1 of order-1
	// <nil>
}

// The envelope is CloudEvents 1.0, so any consumer that knows the standard can read it.
func ExampleMessage_MarshalJSON() {
	text, err := json.MarshalIndent(message.Message{
		ID: "7", Source: "/shop/order", Type: "OrderFailed", Key: "order-1", Data: json.RawMessage(`{"item":"EST-1"}`),
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
	// Output:
	// {
	//   "specversion": "1.0",
	//   "id": "7",
	//   "source": "/shop/order",
	//   "type": "OrderFailed",
	//   "datacontenttype": "application/json",
	//   "partitionkey": "order-1",
	//   "data": {
	//     "item": "EST-1"
	//   }
	// }
}
