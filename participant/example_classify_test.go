package participant_test

import (
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// The same status means different things, depending on who wrote it.
func ExampleClassify() {
	own := `{"type":"urn:problem-type:participant:refused","detail":"Sold out.","key":"a-1/stock","code":"sold-out"}`
	for _, x := range []participant.Exchange{
		{Status: 409, ContentType: "application/problem+json", Body: []byte(own)},
		{Status: 409, ContentType: "text/html", Body: []byte("<h1>Conflict</h1>")},
		{Status: 503},
	} {
		_, err := participant.Classify(x)
		fmt.Printf("%s (%v)\n", saga.OutcomeOf(err), err)
	}
	// Output:
	// refused (refused: sold-out: Sold out.)
	// unknown (participant: answered 409, and not by the participant itself)
	// unknown (participant: answered 503, and what was done is not known: "")
}
