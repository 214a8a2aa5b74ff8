package store

import "ml3/mllib/paper"

// LargeLoss is the number of parameters above which a learned loss is stored for the
// first seed of the experiment only: 160 000 numbers are more than a megabyte, and
// ten seeds of them would be the largest files of a clone.
const LargeLoss = 100_000

// storedLosses are the learned losses of a seed that are stored.
func storedLosses(losses []paper.Learned, first bool) []paper.Learned {
	var stored []paper.Learned
	for _, l := range losses {
		if first || l.Phi.Len() <= LargeLoss {
			stored = append(stored, l)
		}
	}
	return stored
}
