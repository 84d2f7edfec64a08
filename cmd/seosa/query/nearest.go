package query

// DidYouMean is the end of a sentence about a word that there is not: a question that names the
// nearest of the words that there are, or nothing if none is near.
func DidYouMean(word string, among []string) string {
	if near := Nearest(word, among); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Nearest returns the word of a list that is at most two slips away from the one given, or a third
// of its letters if it is longer: letters put in, left out or exchanged. It is "" if there is none.
func Nearest(word string, among []string) string {
	const longest = 40 // nobody mistypes more than that into a flag
	if len(word) > longest {
		return ""
	}
	best, at := "", max(2, len(word)/3)+1
	for _, w := range among {
		if d := distance(word, w); d < at && d < len(w) {
			best, at = w, d
		}
	}
	return best
}

// distance is Levenshtein's, a row of the table at a time.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
