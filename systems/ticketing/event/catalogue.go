package event

// Kind is what a message is for.
type Kind string

// The kinds of messages.
const (
	Fact    Kind = "fact"    // says what happened; whoever wants to know hears it
	Command Kind = "command" // asks one service for something
	Reply   Kind = "reply"   // answers a command
)

// Message is a type of message.
type Message struct {
	Type     string
	Kind     Kind
	From     []string // the services that send it
	To       []string // the services that take it
	Data     any      // the zero value of its data
	Meaning  string
	UndoneBy string // the command that takes back what it tells of; "" if nothing does
	Within   bool   // the orchestrator expects it within a time of its own, and asks when it is missing
}

const orchestrator = "orchestrator"

// Catalogue lists all types of messages: those of the way forward in its order, then what the orchestrator
// asks and is told, then those outside the saga.
func Catalogue() []Message {
	all := []Message{
		{Type: "ClaimReservations", Kind: Command, From: []string{orchestrator}, To: []string{"reservation"}, Data: ClaimReservations{},
			Meaning: "Keep the reservations for this saga: PENDING to PAYING, if they are the buyer's and their time is not over.", UndoneBy: "UndoClaim"},
		{Type: "ReservationsClaimed", Kind: Reply, From: []string{"reservation"}, To: []string{orchestrator}, Data: ReservationsClaimed{},
			Meaning: "They are kept, and this is what they cost.", UndoneBy: "UndoClaim", Within: true},
		{Type: "ClaimRefused", Kind: Reply, From: []string{"reservation"}, To: []string{orchestrator}, Data: Failed{},
			Meaning: "They cannot be paid by this saga: another pays them, or they are paid, expired or somebody else's."},
		{Type: "PaymentInitiated", Kind: Fact, From: []string{orchestrator}, To: []string{"payment"}, Data: PaymentInitiated{},
			Meaning: "A buyer wants to pay for claimed reservations."},
		{Type: "DebitBalance", Kind: Command, From: []string{"payment"}, To: []string{"user"}, Data: DebitBalance{},
			Meaning: "Take the amount from the buyer's balance.", UndoneBy: "UndoDebit"},
		{Type: "BalanceDebited", Kind: Fact, From: []string{"user"}, To: []string{"payment", orchestrator}, Data: BalanceDebited{},
			Meaning: "The amount was taken.", UndoneBy: "UndoDebit", Within: true},
		{Type: "BalanceDebitFailed", Kind: Fact, From: []string{"user"}, To: []string{"payment", orchestrator}, Data: Failed{},
			Meaning: "The amount was not taken: the balance is too small."},
		{Type: "PaymentCompleted", Kind: Fact, From: []string{"payment"}, To: []string{"reservation", orchestrator}, Data: PaymentCompleted{},
			Meaning: "The payment is made and in the history.", UndoneBy: "UndoPayment", Within: true},
		{Type: "PaymentFailed", Kind: Fact, From: []string{"payment"}, To: []string{orchestrator}, Data: Failed{},
			Meaning: "The payment is not made."},
		{Type: "ReservationsCompleted", Kind: Fact, From: []string{"reservation"}, To: []string{"queue", orchestrator}, Data: ReservationsCompleted{},
			Meaning: "The reservations are paid and the seats sold.", UndoneBy: "UndoReservation", Within: true},
		{Type: "ReservationsFailed", Kind: Fact, From: []string{"reservation"}, To: []string{orchestrator}, Data: Failed{},
			Meaning: "The reservations cannot be paid any more."},
		{Type: "QueueCompleted", Kind: Fact, From: []string{"queue"}, To: []string{"concert", orchestrator}, Data: QueueCompleted{},
			Meaning: "The token is used up, and its place goes to the next who waits.", UndoneBy: "UndoQueue", Within: true},
		{Type: "QueueFailed", Kind: Fact, From: []string{"queue"}, To: []string{orchestrator}, Data: Failed{},
			Meaning: "The token cannot be used up: it is not the buyer's, or was taken away."},
		{Type: "ConcertStatusUpdated", Kind: Fact, From: []string{"concert"}, To: []string{orchestrator, "queue", "reservation"}, Data: ConcertStatusUpdated{},
			Meaning: "The seats are marked as sold, and the concert stands as its seats say. Also told, outside a saga, of every other change.", UndoneBy: "UndoConcert", Within: true},
		{Type: "ConcertStatusFailed", Kind: Fact, From: []string{"concert"}, To: []string{orchestrator}, Data: Failed{},
			Meaning: "The seats cannot be sold: the concert was closed."},
		{Type: "SagaCompleted", Kind: Fact, From: []string{orchestrator}, To: []string{"user"}, Data: SagaCompleted{},
			Meaning: "The whole saga is done; the buyer is told."},
		{Type: "SagaFailed", Kind: Fact, From: []string{orchestrator}, To: []string{"user", "payment"}, Data: SagaFailed{},
			Meaning: "The whole saga came to nothing, and everything is undone; the buyer is told."},
	}
	for _, s := range Steps() {
		all = append(all, questions(s)...)
	}
	return append(all,
		Message{Type: "ScheduleOpened", Kind: Fact, From: []string{"concert"}, To: []string{"reservation"}, Data: ScheduleOpened{},
			Meaning: "The seats of a date can be reserved."},
		Message{Type: "ReservationUpdated", Kind: Fact, From: []string{"reservation"}, To: []string{"concert"}, Data: ReservationUpdated{},
			Meaning: "A seat is held by a reservation, or free again."},
	)
}

// questions are what is asked about a step, and the answers that nothing else gives.
func questions(s Step) []Message {
	name := string(s.Name)
	command := func(typ, meaning string) Message {
		return Message{Type: typ, Kind: Command, From: []string{orchestrator}, To: []string{s.Service}, Data: Question{}, Meaning: meaning}
	}
	reply := func(typ, meaning string, within bool) Message {
		return Message{Type: typ, Kind: Reply, From: []string{s.Service}, To: []string{orchestrator}, Data: Answer{}, Meaning: meaning, Within: within}
	}
	return []Message{
		command(s.Undo, "Undo "+name+"; if it did not happen, it never will."),
		reply(s.Undone, name+" is undone, or never was and never will be.", true),
		command(s.Ask, "What became of "+name+"? Answered by "+s.Done+", "+s.Failed+" or "+s.NotDone+"."),
		reply(s.NotDone, name+" has not happened so far.", false),
		command(s.Fence, "What became of "+name+"? If nothing did, it never will. Answered by "+s.Done+" or "+s.Failed+"."),
	}
}

// kindOf is the kind of a type; "" if it is not in the catalogue.
func kindOf(typ string) Kind {
	for _, m := range Catalogue() {
		if m.Type == typ {
			return m.Kind
		}
	}
	return ""
}
