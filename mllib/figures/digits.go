package figures

import (
	"fmt"
	"strconv"

	"ml3/mllib/digits"
	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// digitsPanels is the bottom row of Fig. 2: (a) the train task and (b) the test
// tasks of the first seed, (c) the cross-entropy on the train task after a test with
// each φ against outer steps, (d) on the test tasks against gradient steps, and the
// four together; then accuracies, and (d) with the other baselines.
func digitsPanels() []panel {
	c := curves{methods: []string{paper.TaskLoss, paper.LearnedLoss}, spread: fig.SDOverSeeds, size: usual, last: every}
	four := c
	four.methods = []string{paper.TaskLoss, paper.LearnedLoss, paper.BestRate, paper.ScaledTaskLoss}
	all := []panel{
		digitsPictures("fig2-digits-train-task", "(a) Meta-train", "meta-train"),
		digitsPictures("fig2-digits-test-tasks", "(b) Meta-test", "meta-test"),
		c.of("(c) Meta-train task, held-out pictures", "cross-entropy by outer step", "split", "meta-train").panel("fig2-digits-train"),
		c.of("(d) Meta-test tasks, held-out pictures", "cross-entropy", "split", "meta-test").panel("fig2-digits-test"),
		c.of("Meta-train task, held-out pictures", "accuracy by outer step", "split", "meta-train").panel("fig2-digits-train-accuracy"),
		c.of("Meta-test tasks, held-out pictures", "accuracy", "split", "meta-test").panel("fig2-digits-test-accuracy"),
		four.of("Meta-test tasks, further baselines", "cross-entropy", "split", "meta-test").panel("fig2-digits-baselines"),
		four.of("Meta-test tasks, further baselines", "accuracy", "split", "meta-test").panel("fig2-digits-baselines-accuracy"),
	}
	return append(all, grid("fig2-digits", 2, all[:4]...))
}

// digitsPictures is the panel of the held-out pictures that the first seed recorded
// of its tasks, the two digits of a pair one above the other. A pixel without a row
// is blank.
func digitsPictures(name, title, split string) panel {
	inks := func(d Data) tidy.Table {
		return firstSeed(d.Pictures.Where(tidy.Method(paper.TaskData), tidy.Has("split", split), tidy.Metric("ink")))
	}
	return drawn(name, inks, func(d Data, rows tidy.Table) (fig.Panel, error) {
		var lines [2][]fig.Picture // one line of pictures for each class
		for _, s := range rows.Series() {
			class, err := strconv.Atoi(tidy.TaskValue(s.Task, "class"))
			pair, ok := paper.PairOf(tidy.TaskValue(s.Task, "pair"))
			if err != nil || class < 0 || class > 1 || !ok {
				return fig.Panel{}, fmt.Errorf("the task %q is no class of a pair", s.Task)
			}
			p := fig.Picture{Rows: digits.Side, Columns: digits.Side, Pixels: make([]float64, digits.Size),
				Caption: fmt.Sprintf("%s %d", tidy.TaskValue(s.Task, "data"), pair[class])}
			for i, pixel := range s.Steps {
				if pixel < 0 || pixel >= digits.Size {
					return fig.Panel{}, fmt.Errorf("task %s: pixel %d", s.Task, pixel)
				}
				p.Pixels[pixel] = s.Values[i] / 255
			}
			lines[class] = append(lines[class], p)
		}
		if len(lines[0]) != len(lines[1]) {
			return fig.Panel{}, fmt.Errorf("%d and %d pictures of the two classes", len(lines[0]), len(lines[1]))
		}
		return fig.Pictures(name, title, len(lines[0]), append(lines[0], lines[1]...))
	})
}
