package figures

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// What is drawn of the model-free experiments besides methods: what scores in
// meta-training, policies by their hidden layers, updates by their SGD steps.
const (
	validated = "validation"
	members   = "members"
)

func layers(n int) string   { return "layers " + strconv.Itoa(n) }
func descents(n int) string { return "descents " + strconv.Itoa(n) }

// free is the first version of a model-free experiment.
type free struct {
	e       paper.ModelFree
	v       paper.FreeVersion
	robot   string
	methods []string // the losses
	deep    string   // the one that is tested in depth
}

func newFree(e paper.ModelFree, robot string) free {
	f := free{e: e, v: e.Versions[0], robot: robot}
	for _, l := range f.v.Losses {
		f.methods = append(f.methods, l.Method)
		if l.Deep {
			f.deep = l.Method
		}
	}
	return f
}

// freePanels is Fig. 4 of a robot: (a or b) the score against samples and against
// updates, and how many goals have reached a share of PPO's end; (c or d) other depths;
// then other numbers of episodes and SGD steps, the inputs of M_φ, the paper's view,
// meta-training, and the robot before and after.
func freePanels(experiment, letter, deep, robot string) []panel {
	e := settings[paper.ModelFree](experiment)
	f := newFree(e, robot)
	stem := "fig4" + letter + "-" + robot
	all := []panel{
		f.scores(stem, "("+letter+") "),
		f.reach(stem + "-reach"),
		f.depths("fig4"+deep+"-"+robot, "("+deep+") Policies of other depths"),
		f.others(stem + "-updates"),
		f.training(stem + "-training"),
	}
	for _, v := range e.Versions[1:] {
		if len(v.Losses) > 1 {
			all = append(all, f.inputs(stem+"-"+v.Name, v))
		} else {
			all = append(all, f.beside(stem+"-"+v.Name, v))
		}
	}
	return append(all, f.ways(stem+"-paths"), f.robots(stem+"-robot"))
}

// of are curves of a metric of rows that are changed first.
func (f free) of(title string, methods []string, change func(tidy.Table) tidy.Table) curves {
	return curves{title: title, metric: f.e.Metric, methods: methods, spread: fig.CI95OverSeeds, size: usual, last: every, change: change}
}

// tests are the rows of meta-test of a version, without those of other depths; what is
// a level has its last step as step 0.
func (f free) tests(version string, levels ...string) func(tidy.Table) tidy.Table {
	return func(t tidy.Table) tidy.Table {
		t = t.Where(tidy.Metric(f.e.Metric, tidy.DivergedMetric), tidy.Has("version", version), tidy.Has("split", "meta-test"), tidy.Not(tidy.Has("layers")))
		rows := slices.Clone(t.Where(tidy.Not(tidy.Method(levels...))))
		for _, m := range levels {
			own := t.Where(tidy.Method(m))
			if len(own) == 0 {
				continue
			}
			last := slices.Max(own.Steps())
			for _, r := range own.Where(tidy.Steps(last, last)) {
				r.Step = 0
				rows = append(rows, r)
			}
		}
		return rows
	}
}

// positive drops step 0, for which a log axis has no place, but of levels.
func positive(t tidy.Table, levels ...string) tidy.Table {
	return t.Where(func(r tidy.Row) bool { return r.Step > 0 || slices.Contains(levels, r.Method) })
}

// inUpdates are rows of a method with updates, of so many samples each, as steps.
func inUpdates(t tidy.Table, samples map[string]int) tidy.Table {
	var rows tidy.Table
	for _, r := range t {
		if n := samples[r.Method]; n > 0 {
			r.Step /= n
		}
		rows = append(rows, r)
	}
	return rows
}

// perUpdate are the samples of an update of each method.
func (f free) perUpdate() map[string]int {
	samples := map[string]int{paper.PPO: f.v.PPO.Episodes * f.e.Test.Steps}
	for _, m := range []string{paper.LearnedLoss, paper.LearnedTarget, paper.LearnedLogProb} {
		samples[m] = f.e.Test.Episodes * f.e.Test.Steps
	}
	return samples
}

// scores are the score against samples, and against updates as far as the learned loss
// goes.
func (f free) scores(name, title string) panel {
	levels := []string{paper.RandomPolicy, paper.PPOAllGoals}
	tests := f.tests(f.v.Name, levels...)
	methods := slices.Concat(f.methods, []string{paper.PPO}, levels)
	samples := f.of(title+"Score against samples", methods, func(t tidy.Table) tidy.Table { return positive(tests(t), levels...) })
	samples.logX, samples.bare = true, true
	updates := f.of(title+"Score against policy updates", methods, func(t tidy.Table) tidy.Table { return inUpdates(tests(t), f.perUpdate()) })
	updates.last, updates.x, updates.bare = f.e.Test.Updates, "policy updates", true
	return grid(name, 3, samples.panel(""), updates.panel(""), f.costs(samples))
}

// costs is the legend of c, and below it what meta-training took before.
func (f free) costs(c curves) panel {
	return panel{fills: c.fills, draw: func(d Data) (fig.Panel, error) {
		changed := c.changed(d.Rows)
		rows := c.rows(changed, c.metric)
		layers, err := c.layers(rows, c.lost(changed, rows))
		if err != nil {
			return fig.Panel{}, err
		}
		note := func(text string) {
			layers = append(layers, fig.Curve{Label: text, Style: fig.LineStyle(fig.Black, fig.Invisible, fig.NoMarker), X: []float64{1}, Y: []float64{1}})
		}
		for i, m := range f.methods {
			own := d.Rows.Where(tidy.Method(m), tidy.Metric("samples"), tidy.Has("version", f.v.Name))
			sum := 0.0
			for _, r := range own {
				sum += r.Value / 1e6
			}
			if len(own) == 0 {
				continue
			}
			if i == 0 {
				note("before, meta-training and choice of φ:")
			}
			_, label := styleOf(m)
			_, form, other := strings.Cut(label, ", ")
			if !other {
				form = label
			}
			note(fmt.Sprintf("%.1f million samples (%s)", sum/float64(len(own.Seeds())), form))
		}
		return fig.Key(usual[0]*0.85, usual[1], layers...), nil
	}}
}

// shares are those of PPO's end that are asked for.
var shares = []float64{0.5, 0.8, 0.95}

// reach is how many goals of all seeds are at a share of the way from the random policy
// to where PPO ends, against samples.
func (f free) reach(name string) panel {
	methods := slices.Concat(f.methods, []string{paper.PPO})
	own := paper.FreeRows{Metric: f.e.Metric, Version: f.v.Name}
	pick := func(d Data) tidy.Table {
		return d.Rows.Where(tidy.Method(methods...), tidy.Metric(f.e.Metric), tidy.Has("split", "meta-test"), tidy.Has("version", f.v.Name))
	}
	draw := func(d Data, share float64) ([]fig.Layer, error) {
		var layers []fig.Layer
		for _, m := range methods {
			goals := own.Reach(d.Rows, m, share, true)
			if len(goals) == 0 {
				return nil, missing(d.Rows, m)
			}
			c := fig.Curve{}
			c.Style, c.Label = styleOf(m)
			c.X, c.Y = steps(goals, slices.Max(pick(d).Where(tidy.Method(m)).Steps()))
			layers = append(layers, c)
		}
		return layers, nil
	}
	var parts []panel
	for _, share := range shares {
		parts = append(parts, drawn("", pick, func(d Data, _ tidy.Table) (fig.Panel, error) {
			layers, err := draw(d, share)
			if err != nil {
				return fig.Panel{}, err
			}
			return fig.Plot{Title: fmt.Sprintf("%g %% of the way to PPO’s end", 100*share), Width: usual[0], Height: usual[1], X: fig.Axis{Label: "samples", Log: true},
				Y: fig.Axis{Label: "share of goals that are there", Limits: &[2]float64{0, 1.02}}, Layers: unlabelled(layers)}.Panel()
		}))
	}
	parts = append(parts, drawn("", pick, func(d Data, _ tidy.Table) (fig.Panel, error) {
		layers, err := draw(d, shares[0])
		return fig.Key(usual[0]*0.7, usual[1], layers...), err
	}))
	return grid(name, 4, parts...)
}

// steps is the share of goals that have been reached after so many samples, as a
// staircase up to the last sample taken.
func steps(goals []paper.FreeReach, last int) (x, y []float64) {
	var at []int
	for _, g := range goals {
		if g.Reached {
			at = append(at, max(1, g.Samples))
		}
	}
	slices.Sort(at)
	at = append(at, last)
	for i, n := range at {
		x, y = append(x, float64(n)), append(y, float64(i)/float64(len(goals)))
		if i < len(at)-1 {
			x, y = append(x, float64(n)), append(y, float64(i+1)/float64(len(goals)))
		}
	}
	return x, y
}

// depths are policies of all depths by the learned loss, against updates.
func (f free) depths(name, title string) panel {
	methods := []string{layers(len(f.v.Policy.Sizes) - 2)}
	for _, n := range f.e.Test.Depths {
		methods = append(methods, layers(n))
	}
	slices.Sort(methods)
	c := f.of(title, methods, func(t tidy.Table) tidy.Table {
		t = t.Where(tidy.Method(f.deep), tidy.Metric(f.e.Metric, tidy.DivergedMetric), tidy.Has("version", f.v.Name), tidy.Has("split", "meta-test"))
		rows := inUpdates(t, f.perUpdate())
		for i, r := range rows {
			n, err := strconv.Atoi(tidy.TaskValue(r.Task, "layers"))
			if err != nil {
				n = len(f.v.Policy.Sizes) - 2
			}
			rows[i].Method, rows[i].Task = layers(n), "goal="+tidy.TaskValue(r.Task, "goal")
		}
		return rows
	})
	c.spread, c.x, c.bare = fig.SDOverTasks, "policy updates", true
	p := grid(name, 2, c.panel(""), c.legend())
	fills := p.fills
	p.fills = func(d Data) bool {
		return fills(d) && len(d.Rows.Where(tidy.Has("version", f.v.Name), tidy.Has("layers"))) > 0
	}
	return p
}

// others are other numbers of SGD steps, a panel for each number of episodes.
func (f free) others(name string) panel {
	var methods []string
	for _, n := range f.e.Test.OtherDescents {
		methods = append(methods, descents(n))
	}
	var parts []panel
	var key panel
	for _, n := range f.e.Test.OtherEpisodes {
		episodes := strconv.Itoa(n)
		title := episodes + " episodes an update"
		if n == 1 {
			title = "1 episode an update"
		}
		c := f.of(title, methods, func(t tidy.Table) tidy.Table {
			t = t.Where(tidy.Method(f.deep), tidy.Metric(f.e.Metric, tidy.DivergedMetric), tidy.Has("version", f.v.Name), tidy.Has("split", "validation"), tidy.Has("episodes", episodes))
			rows := slices.Clone(positive(t))
			for i, r := range rows {
				n, _ := strconv.Atoi(tidy.TaskValue(r.Task, "descents"))
				rows[i].Method, rows[i].Task = descents(n), "goal="+tidy.TaskValue(r.Task, "goal")
			}
			return rows
		})
		c.logX, c.bare = true, true
		parts, key = append(parts, c.panel("")), c.legend()
	}
	columns := 3
	if len(parts) < 4 {
		columns = 2 // so that the legend does not stand in a row of its own
	}
	return grid(name, columns, append(parts, key)...)
}

// training is the score of members and of fresh policies on validation goals against
// outer steps.
func (f free) training(name string) panel {
	score := f.e.Metric + " by outer step"
	c := f.of("Meta-training", []string{members, validated}, func(t tidy.Table) tidy.Table {
		t = t.Where(tidy.Method(f.deep), tidy.Metric(score), tidy.Has("version", f.v.Name))
		rows := slices.Clone(t)
		for i, r := range rows {
			rows[i].Method = members
			if tidy.TaskValue(r.Task, "split") == "validation" {
				rows[i].Method = validated
			}
		}
		return rows
	})
	c.metric = score
	return c.panel(name)
}

// inputs compares the losses of a version, which see different things.
func (f free) inputs(name string, v paper.FreeVersion) panel {
	var methods []string
	for _, l := range v.Losses {
		methods = append(methods, l.Method)
	}
	methods = append(methods, paper.RandomPolicy)
	tests := f.tests(v.Name)
	c := f.of(fmt.Sprintf("After %d outer steps each", v.Train.Config.OuterSteps), methods, func(t tidy.Table) tidy.Table { return inUpdates(tests(t), f.perUpdate()) })
	c.x, c.bare = "policy updates", true
	return grid(name, 2, c.panel(""), c.legend())
}

// beside is another view of the robot beside the first, with a loss that was learned in
// that for as many outer steps.
func (f free) beside(name string, other paper.FreeVersion) panel {
	levels := []string{paper.RandomPolicy}
	methods := []string{paper.LearnedLoss, paper.PPO, paper.RandomPolicy}
	part := func(version, learned string) curves {
		loss, rest := f.tests(learned), f.tests(version, levels...)
		title := fmt.Sprintf("Version %s, %d outer steps", version, other.Train.Config.OuterSteps)
		c := f.of(title, methods, func(t tidy.Table) tidy.Table {
			own := loss(t).Where(tidy.Method(paper.LearnedLoss))
			return positive(append(own, rest(t).Where(tidy.Not(tidy.Method(paper.LearnedLoss)))...), levels...)
		})
		c.logX, c.bare = true, true
		return c
	}
	left, right := part(f.v.Name, f.equallyLong(other)), part(other.Name, other.Name)
	return grid(name, 3, left.panel(""), right.panel(""), right.legend())
}

// equallyLong is a version of the first one's world in which losses were learned for as
// many outer steps as in another.
func (f free) equallyLong(other paper.FreeVersion) string {
	for _, v := range f.e.Versions {
		if v.World == f.v.World && v.Train.Config.OuterSteps == other.Train.Config.OuterSteps {
			return v.Name
		}
	}
	return f.v.Name
}

// pictures are the stored pictures of the first seed.
func (f free) pictures(d Data, filters ...tidy.Filter) tidy.Table {
	return firstSeed(d.Pictures.Where(append(filters, tidy.Has("version", f.v.Name))...))
}

// updates are those after which the last pictures are.
func (f free) updates(d Data) int {
	last := 0
	for _, task := range f.pictures(d, tidy.Method(f.deep)).Tasks() {
		n, _ := strconv.Atoi(tidy.TaskValue(task, "updates"))
		last = max(last, n)
	}
	return last
}

// ways are where the followed part of the robot goes, to all goals, before and after
// the updates.
func (f free) ways(name string) panel {
	part := func(updates func(Data) int) panel {
		pick := func(d Data) tidy.Table {
			return f.pictures(d, tidy.Method(f.deep), tidy.Has("updates", strconv.Itoa(updates(d))), tidy.Not(tidy.Has("part")), tidy.Metric("x", "y"))
		}
		return drawn("", pick, func(d Data, rows tidy.Table) (fig.Panel, error) {
			all, err := goals(f.pictures(d, tidy.Method("goal")))
			if err != nil {
				return fig.Panel{}, err
			}
			more, err := trails(rows, "path of the "+followed(f.robot), fig.LineStyle(fig.Blue, fig.Solid, fig.NoMarker))
			if err != nil {
				return fig.Panel{}, err
			}
			title := "Before any update"
			if n := updates(d); n > 0 {
				title = fmt.Sprintf("After %d updates", n)
			}
			return plane(title, append(all, more...))
		})
	}
	return grid(name, 2, part(func(Data) int { return 0 }), part(f.updates))
}

// followed is what the reader sees of the part that is followed.
func followed(robot string) string {
	if robot == "reacher" {
		return "tip"
	}
	return "torso"
}

// robots are the robot on its way to the first goal, before and after the updates, from
// above, with an animation.
func (f free) robots(name string) panel {
	rows := func(d Data, updates int) tidy.Table {
		return f.pictures(d, tidy.Method(f.deep), tidy.Has("part"), tidy.Has("updates", strconv.Itoa(updates)))
	}
	fills := func(d Data) bool { return len(rows(d, 0)) > 0 && f.updates(d) > 0 }
	return panel{name: name, fills: fills, draw: func(d Data) (fig.Panel, error) {
		goal := f.pictures(d, tidy.Method("goal"), tidy.Has("goal", "0"))
		before, err := robotPoses(rows(d, 0), goal)
		if err != nil {
			return fig.Panel{}, err
		}
		after, err := robotPoses(rows(d, f.updates(d)), goal)
		if err != nil {
			return fig.Panel{}, err
		}
		return f.moving(name, fmt.Sprintf("After %d updates", f.updates(d)), before, after)
	}}
}

// moving draws both ways side by side, a few poses of each; the animation has all, and
// rests at the end.
func (f free) moving(name, title string, before, after []fig.Pose) (fig.Panel, error) {
	one := func(title string, poses, other []fig.Pose, shown []int) (fig.Panel, error) {
		for i := range shown {
			shown[i] = min(shown[i], len(poses)-1)
		}
		return fig.Robot{Name: name, Title: title, View: fig.Top, Width: usual[0] - 1, Height: usual[1] + 1,
			Poses: append(poses[:len(poses):len(poses)], other...), Trail: f.e.Test.Followed, Label: "path of the " + followed(f.robot), Color: fig.Blue}.Panel(shown...)
	}
	both := func(shown ...int) (fig.Panel, error) {
		left, err := one("Before any update", before, after, slices.Clone(shown))
		if err != nil {
			return left, err
		}
		right, err := one(title, after, before, slices.Clone(shown))
		if err != nil {
			return right, err
		}
		return fig.Grid(name, 2, left, right)
	}
	last := max(len(before), len(after)) - 1
	var frames []fig.Panel
	for t := 0; t < last+12; t++ {
		frame, err := both(min(t, last))
		if err != nil {
			return frame, err
		}
		frames = append(frames, frame)
	}
	still, err := both(0, last/3, 2*last/3, last)
	return still.Moving(frames, 100*time.Millisecond), err
}

// robotPoses are the poses of a robot whose parts' ends are rows.
func robotPoses(t, goal tidy.Table) ([]fig.Pose, error) {
	x, y := goal.Where(tidy.Metric("x")), goal.Where(tidy.Metric("y"))
	if len(x) != 1 || len(y) != 1 {
		return nil, fmt.Errorf("%d and %d coordinates of a goal", len(x), len(y))
	}
	at := &[3]float64{x[0].Value, y[0].Value, 0}
	var poses []fig.Pose
	for _, step := range t.Steps() {
		parts := map[string]*fig.Capsule{}
		var names []string
		for _, r := range t.Where(tidy.Steps(step, step)).Sorted() {
			name := tidy.TaskValue(r.Task, "part")
			c, ok := parts[name]
			if !ok {
				c = &fig.Capsule{Name: name}
				parts[name], names = c, append(names, name)
			}
			end := &c.A
			if tidy.TaskValue(r.Task, "end") == "b" {
				end = &c.B
			}
			switch r.Metric {
			case "x":
				end[0] = r.Value
			case "y":
				end[1] = r.Value
			case "z":
				end[2] = r.Value
			case "radius":
				c.Radius = r.Value
			}
		}
		pose := fig.Pose{Goal: at}
		for _, n := range names {
			pose.Parts = append(pose.Parts, *parts[n])
		}
		poses = append(poses, pose)
	}
	return poses, nil
}
