package paper

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"ml3/mllib/tidy"
)

// Claim is one statement of the paper that a table can support or contradict.
type Claim struct {
	ID     string // such as "sine-train"
	Figure string
	Text   string
	Judge  func(t tidy.Table) (Verdict, error)
}

// Outcome says what a table has to say about a claim.
type Outcome string

// The outcomes of a claim.
const (
	Reproduced    Outcome = "reproduced"
	NotReproduced Outcome = "not reproduced"
	Inconclusive  Outcome = "inconclusive"
)

// Verdict is the measured effect behind a claim with the 95 % interval of its mean over
// seeds (tidy.MeanInterval); a positive effect supports the claim. With one seed the
// interval is from −Inf to +Inf.
type Verdict struct {
	Outcome          Outcome
	Value, Low, High float64
	Effect           string // what Value measures, with its unit

	N        int     // seeds with an effect
	Positive int     // of those, with an effect above zero
	P        float64 // that signs of the effects are random, tidy.SignFlip
}

// Decide turns an effect and its interval into a verdict.
func Decide(effect string, value, low, high float64) Verdict {
	v := Verdict{Outcome: Inconclusive, Value: value, Low: low, High: high, Effect: effect, P: 1}
	switch {
	case low > 0:
		v.Outcome = Reproduced
	case high < 0:
		v.Outcome = NotReproduced
	}
	return v
}

// judge turns one effect per seed into a verdict on their mean.
func judge(effect string, perSeed []float64) (Verdict, error) { return judgeSame(effect, perSeed, 0) }

// judgeSame is judge where margin is 0. Otherwise the claim is that the effect is none:
// the verdict is on margin − |mean|, with the least and the greatest that it has within
// the interval of the mean, so that the claim is reproduced if that interval lies within
// ±margin. Signs and p are those of the effects. A single seed has no interval: it could
// be anything.
func judgeSame(effect string, perSeed []float64, margin float64) (Verdict, error) {
	for _, x := range perSeed {
		if !finite(x) {
			return Verdict{}, fmt.Errorf("%s: an effect of %v; the table has a value outside of what its metric can be", effect, x)
		}
	}
	mean, i := tidy.Mean(perSeed), tidy.Interval{Low: math.Inf(-1), High: math.Inf(1)}
	if len(perSeed) > 1 {
		var err error
		if i, err = tidy.MeanInterval(perSeed); err != nil {
			return Verdict{}, fmt.Errorf("%s: %w", effect, err)
		}
	}
	if margin != 0 && !math.IsInf(i.High, 1) {
		nearest := max(i.Low, -i.High, 0)
		mean, i = margin-math.Abs(mean), tidy.Interval{Low: margin - max(-i.Low, i.High), High: margin - nearest}
	} else if margin != 0 {
		mean = margin - math.Abs(mean)
	}
	v := Decide(effect, mean, i.Low, i.High)
	v.N, v.P = len(perSeed), tidy.SignFlip(perSeed)
	for _, x := range perSeed {
		if x > 0 {
			v.Positive++
		}
	}
	return v, nil
}

// contest compares a method with rivals, one number a seed each.
type contest struct {
	effect string // with %s for the rival, if there are several
	own    string
	rivals []string
	all    tidy.Table // every row, to see who diverged
	// of selects the rows that count for a method, and number makes of a seed's
	// rows one; nil for their mean.
	of     func(method string) tidy.Table
	number func(values []float64) float64
	// strongest is the comparison by which the rival is chosen, the one whose mean
	// over seeds wins; nil for the only one.
	strongest func(a, b float64) bool
	// effectOf makes an effect of the two numbers; nil for rival − own.
	effectOf func(own, rival float64) float64
	// same is the margin within which the claim is that there is no effect; 0 for a
	// claim that there is one.
	same float64
}

func lower(a, b float64) bool  { return a < b }
func higher(a, b float64) bool { return a > b }

// among judges c by the rows that pick keeps of a table.
func (c contest) among(pick func(tidy.Table) tidy.Table) func(tidy.Table) (Verdict, error) {
	return func(t tidy.Table) (Verdict, error) {
		rows := pick(t)
		c := c
		c.all, c.of = t, func(m string) tidy.Table { return rows.Where(tidy.Method(m)) }
		return c.judge()
	}
}

// rowsOf keeps the rows that pass filters; lastOf those of them at their last step,
// without the seeds with which a method diverged before: those have no rows there.
func rowsOf(filters ...tidy.Filter) func(tidy.Table) tidy.Table {
	return func(t tidy.Table) tidy.Table { return t.Where(filters...) }
}

func lastOf(filters ...tidy.Filter) func(tidy.Table) tidy.Table {
	return func(t tidy.Table) tidy.Table {
		t = t.Where(filters...)
		if len(t) == 0 {
			return nil
		}
		last := slices.Max(t.Steps())
		return t.Where(tidy.Steps(last, last))
	}
}

// judge judges the contest. A seed with which one of the two diverged has no
// effect; as many as of the method itself keep the claim from being reproduced, and
// the effect says how many there are.
func (c contest) judge() (Verdict, error) {
	for _, m := range append(slices.Clone(c.rivals), c.own) {
		if len(c.of(m)) == 0 && len(c.all.Where(tidy.Method(m), tidy.Metric(tidy.DivergedMetric))) > 0 {
			return Decide(fmt.Sprintf("nothing, for %s diverged with every seed", m), 0, math.Inf(-1), math.Inf(1)), nil
		}
	}
	own, err := c.perSeed(c.own)
	if err != nil {
		return Verdict{}, err
	}
	var rival map[uint64]float64
	name, best := "", 0.0
	for _, m := range c.rivals {
		other, err := c.perSeed(m)
		if err != nil {
			return Verdict{}, err
		}
		if mean := tidy.Mean(inOrder(other)); name == "" || c.strongest(mean, best) {
			name, best, rival = m, mean, other
		}
	}
	return c.verdict(name, own, rival)
}

func (c contest) verdict(name string, own, rival map[uint64]float64) (Verdict, error) {
	if c.effectOf == nil {
		c.effectOf = func(own, rival float64) float64 { return rival - own }
	}
	if c.strongest != nil {
		c.effect = fmt.Sprintf(c.effect, name)
	}
	effects := map[uint64]float64{}
	for seed, x := range own {
		if y, ok := rival[seed]; ok {
			effects[seed] = c.effectOf(x, y)
		}
	}
	if len(effects) == 0 {
		return Verdict{}, fmt.Errorf("%s: no seed has both %s and %s; recompute it", c.effect, c.own, name)
	}
	lostOwn, lost := len(rival)-len(effects), len(own)-len(effects)
	if lost+lostOwn > 0 {
		c.effect += fmt.Sprintf(" (without %d seeds with which %s and %d with which %s diverged)", lostOwn, c.own, lost, name)
	}
	v, err := judgeSame(c.effect, inOrder(effects), c.same)
	if lostOwn > 0 && v.Outcome == Reproduced {
		v.Outcome = Inconclusive
	}
	return v, err
}

// perSeed is the number of each seed of a method. A seed with fewer rows than
// others has diverged on some of the tasks: it has none.
func (c contest) perSeed(method string) (map[uint64]float64, error) {
	values, most := map[uint64][]float64{}, 0
	for _, r := range c.of(method).Sorted() {
		values[r.Seed] = append(values[r.Seed], r.Value)
		most = max(most, len(values[r.Seed]))
	}
	if most == 0 {
		return nil, fmt.Errorf("no rows of %q to judge; recompute the experiment", method)
	}
	number := c.number
	if number == nil {
		number = tidy.Mean
	}
	numbers := map[uint64]float64{}
	for seed, v := range values {
		if len(v) == most {
			numbers[seed] = number(v)
		}
	}
	return numbers, nil
}

// inOrder are the values in the order of the seeds.
func inOrder(bySeed map[uint64]float64) (values []float64) {
	for _, seed := range slices.Sorted(maps.Keys(bySeed)) {
		values = append(values, bySeed[seed])
	}
	return values
}
