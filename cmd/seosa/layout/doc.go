// Package layout puts facts on a terminal: tables whose columns stand under each other, sentences
// that are broken at spaces, ages and durations in words, and a little colour. It knows nothing of
// sagas. The command line in package cli is written with it.
//
// # What is printed cannot act
//
// Ids, error texts and states come from programs and from their users, and a terminal obeys control
// sequences wherever they come from (ECMA-48; CWE-150). So everything that was not written here goes
// through [Text], [Word] or [JSON] first: they spell out each character that is not printable, with
// the bidirectional controls that make a line read other than it is (Unicode Technical Report 36),
// and leave all else as it is, whatever its language.
//
// # Width
//
// [Width] counts the cells of a terminal as Unicode Standard Annex 11 has them: two for Hangul, Han
// and Kana, none for a mark that sits on the letter before it, one for the rest. Characters that the
// annex calls ambiguous count one. A [Table] is as wide as its cells: it never cuts an id, because
// an id is there to be copied.
//
// # Screens
//
// A [Screen] is a writer and what is known of it: whether it is a terminal, how wide, and whether
// colour is wanted. [Of] finds out; the zero values of the fields are those of a file or a pipe.
// Colour is for terminals only and never without a word or a mark that says the same; NO_COLOR
// turns it off, as no-color.org has it.
//
//	screen := layout.Of(os.Stdout, os.Getenv)
//	table := layout.Table{Head: []string{"ID", "STATUS"}}
//	table.Add(layout.Cell{Text: layout.Word(id)}, layout.Cell{Text: "in doubt", Style: layout.Alert})
//	table.Print(screen)
//
// All functions may be called from several goroutines at once; a [Table] belongs to one.
package layout
