package fig

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/tidy"
)

// Poses reads the poses of one robot, ordered by step, from the rows of one method,
// seed and task. The metrics are
//
//	segment/03/shinA/x0   y0 z0 x1 y1 z1 radius   of part 3, called shinA, in m
//	goal/x                goal/y  goal/z          in m
//
// and others are ignored. A part or goal that is not complete is an error that
// names step and metric.
func Poses(t tidy.Table) ([]Pose, error) {
	if m, s, k := t.Methods(), t.Seeds(), t.Tasks(); len(m) != 1 || len(s) != 1 || len(k) != 1 {
		return nil, fmt.Errorf("fig: poses of %d methods, %d seeds and %d tasks; select one of each", len(m), len(s), len(k))
	}
	byStep := map[int]tidy.Table{}
	for _, r := range t {
		if strings.HasPrefix(r.Metric, "segment/") || strings.HasPrefix(r.Metric, "goal/") {
			byStep[r.Step] = append(byStep[r.Step], r)
		}
	}
	if len(byStep) == 0 {
		return nil, fmt.Errorf("fig: none of the %d rows is part of a pose", len(t))
	}
	var poses []Pose
	for _, step := range slices.Sorted(maps.Keys(byStep)) {
		p, err := onePose(byStep[step])
		if err != nil {
			return nil, fmt.Errorf("fig: pose at step %d: %w", step, err)
		}
		p.Step = step
		poses = append(poses, p)
	}
	return poses, nil
}

// coordinates of a part and of a goal, by the last word of the metric.
var (
	partWords = []string{"x0", "y0", "z0", "x1", "y1", "z1", "radius"}
	goalWords = []string{"x", "y", "z"}
)

func onePose(t tidy.Table) (Pose, error) {
	type part struct {
		number int
		name   string
	}
	parts := map[part]map[string]float64{}
	goal := map[string]float64{}
	for _, r := range t {
		words := strings.Split(r.Metric, "/")
		if words[0] == "goal" {
			goal[strings.Join(words[1:], "/")] = r.Value
			continue
		}
		if len(words) != 4 {
			return Pose{}, fmt.Errorf("the metric %q is not segment/number/name/coordinate", r.Metric)
		}
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return Pose{}, fmt.Errorf("the metric %q has no number of a part", r.Metric)
		}
		key := part{n, words[2]}
		if parts[key] == nil {
			parts[key] = map[string]float64{}
		}
		parts[key][words[3]] = r.Value
	}
	var p Pose
	keys := slices.SortedFunc(maps.Keys(parts), func(a, b part) int { return cmp.Or(a.number-b.number, strings.Compare(a.name, b.name)) })
	for _, k := range keys {
		v, err := inOrder(parts[k], partWords)
		if err != nil {
			return p, fmt.Errorf("part %d, %s, %w", k.number, k.name, err)
		}
		p.Parts = append(p.Parts, Capsule{k.name, [3]float64(v[:3]), [3]float64(v[3:6]), v[6]})
	}
	if len(goal) > 0 {
		v, err := inOrder(goal, goalWords)
		if err != nil {
			return p, fmt.Errorf("the goal %w", err)
		}
		p.Goal = (*[3]float64)(v)
	}
	return p, nil
}

// inOrder lists the values of the words, all of which must be there and no others.
func inOrder(values map[string]float64, words []string) ([]float64, error) {
	var v []float64
	for _, w := range words {
		x, ok := values[w]
		if !ok {
			return nil, fmt.Errorf("has no %s", w)
		}
		v = append(v, x)
	}
	if len(values) != len(words) {
		return nil, fmt.Errorf("has other coordinates than %s", strings.Join(words, ", "))
	}
	return v, nil
}
