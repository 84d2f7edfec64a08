package stage_test

import (
	"context"
	"fmt"
	"os"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
	"github.com/seosa-dev/saga/systems/ticketing/stage"
)

// A row is played on a platform of its own. The program runs itself as that platform: its main calls Run when
// the first argument is the word in Child.
func ExamplePlay() {
	folder, err := os.MkdirTemp("", "stage-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	rows, err := scenario.Find("A-47-refused")
	if err != nil {
		fmt.Println(err)
		return
	}
	config := stage.Config{Folder: folder, Child: []string{"system"}}
	err = stage.Play(context.Background(), config, rows, func(r scenario.Result) {
		fmt.Println(r.Row.ID, r.Passed(), r.Got.Saga, r.Got.Answers)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// A-47-refused true FAILED [402]
}
