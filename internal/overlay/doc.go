// Package overlay changes a few words of Go source for one build, and leaves the source as it is.
// It is for tests of this repository that plant a bug somewhere and want to see it caught.
//
//	file, err := overlay.Write(root, dir, []overlay.Edit{
//		{File: "sqlite/seal.go", Old: "pos + 1, 2", New: "pos + 2, 2"},
//	})
//	...
//	exec.Command("go", "test", "-c", "-overlay", file, "./sqlite")
//
// [Write] puts changed copies of the files into a folder, beside a file that tells the go command to
// take them in place of the originals (its -overlay). Nothing in the module is touched, so several
// builds with different edits can run at once, and a test that is killed leaves no bug behind.
//
// The words of an [Edit] are in its file exactly once. If they are not, that is an error: whoever
// changes the source later hears that a bug plants nothing any more, or could be in two places.
package overlay
