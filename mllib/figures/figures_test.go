package figures

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// TestNames: every experiment has its panels, in the order of the paper, and whole
// data fill them all.
func TestNames(t *testing.T) {
	for experiment, want := range map[string]string{
		"sine": "train-task test-tasks train test test-wide train-1step train-curve train-released train-1step-released " +
			"test-released test-narrow-released each-step ",
		"digits":         "train-task test-tasks train test train-accuracy test-accuracy baselines baselines-accuracy ",
		"shaped-sine":    "a-landscape a-landscapes b-convergence b-found b-frequencies b-paths a-landscapes-without-x b-convergence-without-x b-found-without-x b-frequencies-without-x b-paths-without-x",
		"invdyn-reacher": " inertia meta-training arm matrix torque",
		"invdyn-sawyer":  " inertia meta-training arm matrix torque",
		"mountain-car": "trajectories positions distance success success-long distance-released success-released " +
			"distance-released-own success-released-own training-released ",
		"mbrl-pointmass": "b-pointmass-model a-pointmass-imagined b-pointmass b-pointmass-long a-pointmass b-pointmass-versions b-pointmass-rate b-pointmass-model-versions",
		"mbrl-reacher": "c-reacher-released-goals c-reacher-model a-reacher-imagined a-reacher-arm c-reacher c-reacher-long a-reacher c-reacher-versions " +
			"c-reacher-rate c-reacher-model-versions",
		"expert-reacher": " losses long trajectories arm training",
		"mfrl-reacher":   "a-reacher a-reacher-reach c-reacher a-reacher-updates a-reacher-training a-reacher-paper a-reacher-inputs a-reacher-paths a-reacher-robot",
		"mfrl-ant":       "b-ant b-ant-reach d-ant b-ant-updates b-ant-training b-ant-paths b-ant-robot",
	} {
		stem := map[string]string{"sine": "fig2-sine-", "digits": "fig2-digits-", "shaped-sine": "fig5", "invdyn-reacher": "fig5c-invdyn-reacher-",
			"invdyn-sawyer": "fig5d-invdyn-sawyer-", "mountain-car": "fig6-car-", "mbrl-pointmass": "fig3", "mbrl-reacher": "fig3", "expert-reacher": "fig6c-expert-", "mfrl-reacher": "fig4", "mfrl-ant": "fig4"}[experiment]
		var names []string
		for _, s := range strings.Split(want, " ") {
			names = append(names, strings.TrimSuffix(stem+s, "-"))
		}
		if got := Names(experiment, all()[experiment]); !slices.Equal(got, names) {
			t.Errorf("%s has the panels\n%q, want\n%q", experiment, got, names)
		}
		if got := Names(experiment, Data{}); got != nil {
			t.Errorf("%s without data has the panels %q", experiment, got)
		}
	}
	for _, name := range experimentNames() {
		if len(panels(name)) == 0 {
			t.Errorf("the experiment %s has no figures", name)
		}
	}
}

// TestNamesLeaveOut: what the data do not have is left out, and nothing else.
func TestNamesLeaveOut(t *testing.T) {
	for _, c := range []struct {
		experiment string
		drop       tidy.Filter
		lost       []string
	}{
		{"sine", tidy.Has("study"), []string{"fig2-sine-each-step"}},
		{"sine", tidy.Has("x", "[-2,2]"), []string{"fig2-sine-test", "fig2-sine-test-narrow-released", "fig2-sine"}},
		{"sine", tidy.Has("after", "1"), []string{"fig2-sine-train-1step", "fig2-sine-train-1step-released"}},
		{"digits", tidy.Metric("ink"), []string{"fig2-digits-train-task", "fig2-digits-test-tasks", "fig2-digits"}},
		{"digits", tidy.Metric("accuracy"), []string{"fig2-digits-test-accuracy", "fig2-digits-baselines-accuracy"}},
		{"shaped-sine", tidy.Has("start"), []string{"fig5b-paths", "fig5b-paths-without-x"}},
		{"shaped-sine", tidy.Method("learned without x", "learned shaped without x"), []string{"fig5a-landscapes-without-x"}},
		{"invdyn-sawyer", tidy.Method("truth"), []string{"fig5d-invdyn-sawyer-arm", "fig5d-invdyn-sawyer-matrix", "fig5d-invdyn-sawyer-torque"}},
		{"mountain-car", tidy.Has("version", "released"), []string{"fig6-car-distance-released", "fig6-car-success-released",
			"fig6-car-distance-released-own", "fig6-car-success-released-own", "fig6-car-training-released"}},
		{"mountain-car", tidy.Has("updates"), []string{"fig6-car-trajectories", "fig6-car-positions", "fig6-car"}},
		{"mbrl-pointmass", tidy.Has("version", "paper"), []string{"fig3a-pointmass", "fig3b-pointmass-versions", "fig3b-pointmass-rate", "fig3b-pointmass-model-versions"}},
		{"mbrl-reacher", tidy.Steps(21, 60), []string{"fig3c-reacher-long"}},
		{"mbrl-reacher", tidy.Has("joint"), []string{"fig3a-reacher-arm"}},
		{"mfrl-reacher", tidy.Has("version", "inputs"), []string{"fig4a-reacher-inputs"}},
		{"mfrl-reacher", tidy.Has("layers"), []string{"fig4c-reacher"}},
		{"mfrl-ant", tidy.Has("episodes"), []string{"fig4b-ant-updates"}},
		{"mfrl-ant", tidy.Has("part"), []string{"fig4b-ant-robot"}},
		{"expert-reacher", tidy.Method("iLQR"), []string{"fig6c-expert-trajectories"}},
	} {
		whole := all()[c.experiment]
		got := Names(c.experiment, whole.without(c.drop))
		for _, name := range Names(c.experiment, whole) {
			if lost := slices.Contains(c.lost, name); lost == slices.Contains(got, name) {
				t.Errorf("%s: that %s is left out is %v, want %v", c.experiment, name, !lost, lost)
			}
		}
	}
}

// TestGolden draws one panel of every kind.
func TestGolden(t *testing.T) {
	for experiment, names := range map[string][]string{
		"sine": {"fig2-sine", "fig2-sine-test-released"}, "digits": {"fig2-digits", "fig2-digits-baselines"},
		"shaped-sine":   {"fig5a-landscape", "fig5a-landscapes-without-x", "fig5b-frequencies", "fig5b-paths"},
		"invdyn-sawyer": {"fig5d-invdyn-sawyer", "fig5d-invdyn-sawyer-meta-training", "fig5d-invdyn-sawyer-arm", "fig5d-invdyn-sawyer-matrix", "fig5d-invdyn-sawyer-torque"},
		"mountain-car":  {"fig6-car"},
		"mbrl-reacher":  {"fig3c-reacher", "fig3a-reacher", "fig3a-reacher-imagined", "fig3a-reacher-arm"}, "expert-reacher": {"fig6c-expert"},
		"mfrl-reacher": {"fig4a-reacher", "fig4a-reacher-reach", "fig4c-reacher"}, "mfrl-ant": {"fig4b-ant-updates", "fig4b-ant-robot"},
	} {
		for _, name := range names {
			compare(t, must(Draw(experiment, name, all()[experiment])))
		}
	}
	compare(t, Framework())
}

// TestDrawOne: a panel is drawn without the others, from its own rows alone.
func TestDrawOne(t *testing.T) {
	d := carData(true)
	whole := must(must(Draw("mountain-car", "fig6-car-success", d)).SVG())
	alone := Data{Rows: d.Rows.Where(tidy.Metric("success"), tidy.Has("version", "robust"))}
	if got := must(must(Draw("mountain-car", "fig6-car-success", alone)).SVG()); !bytes.Equal(got, whole) {
		t.Error("other rows change the panel")
	}
	mixed := Data{Rows: append(slices.Clone(d.Rows), sineData().Rows...), Pictures: d.Pictures}
	if got := must(must(Draw("mountain-car", "fig6-car-success", mixed)).SVG()); !bytes.Equal(got, whole) {
		t.Error("rows of another experiment change the panel")
	}
	shuffled := Data{Rows: slices.Clone(alone.Rows)}
	slices.Reverse(shuffled.Rows)
	if got := must(must(Draw("mountain-car", "fig6-car-success", shuffled)).SVG()); !bytes.Equal(got, whole) {
		t.Error("the order of the rows changes the panel")
	}
}

func TestDrawRefuses(t *testing.T) {
	_, err := Draw("sine", "fig2-cosine", sineData())
	wants(t, err, `no figure "fig2-cosine"`, "fig2-sine-test-wide")
	_, err = Draw("cosine", "fig2-sine", sineData())
	wants(t, err, `"cosine"`)
	_, err = Draw("sine", "fig2-sine-test", digitsData())
	wants(t, err, "fig2-sine-test", "recompute")
	_, err = Draw("sine", "fig2-sine-test", sineData().without(tidy.Method("learned")))
	wants(t, err, "fig2-sine-test", `"learned"`)
}

// TestSave: the files are the panels that the data fill, whatever the number of jobs.
func TestSave(t *testing.T) {
	d := invdynData("invdyn-reacher")
	one, many := t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")
	for dir, jobs := range map[string]int{one: 1, many: 3} {
		if err := Save(context.Background(), "invdyn-reacher", d, fig.Output{Dir: dir, Jobs: jobs}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range Names("invdyn-reacher", d) {
		for _, ext := range []string{".png", ".svg"} {
			a, b := must(os.ReadFile(filepath.Join(one, name+ext))), must(os.ReadFile(filepath.Join(many, name+ext)))
			if !bytes.Equal(a, b) {
				t.Errorf("%s depends on the number of jobs", name+ext)
			}
		}
	}
	if n := len(must(os.ReadDir(many))); n != 2*6 {
		t.Errorf("%d files", n)
	}
	wants(t, Save(context.Background(), "invdyn-reacher", sineData(), fig.Output{Dir: one, Jobs: 1}), "invdyn-reacher", "recompute")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	empty := t.TempDir()
	if err := Save(ctx, "invdyn-reacher", d, fig.Output{Dir: empty, Jobs: 2}); !errors.Is(err, context.Canceled) || len(must(os.ReadDir(empty))) > 0 {
		t.Errorf("after a cancel: %v, %d files", err, len(must(os.ReadDir(empty))))
	}
}

// TestStyles: methods that look the same, or nearly, are in no panel together; every
// method of a panel has an entry; names and labels are unique.
func TestStyles(t *testing.T) {
	names, labels := map[string]bool{}, map[string]bool{}
	for _, m := range methods() {
		if names[m.name] || labels[m.label] {
			t.Errorf("%q, %q is there twice", m.name, m.label)
		}
		names[m.name], labels[m.label] = true, true
	}
	type look struct {
		dash   fig.Dash
		marker fig.Marker
	}
	groups := [][]string{carMethods(), {"learned", "learned shaped", "task loss, best rate", "task loss", "power-weighted mse, best rate", paper.Constant},
		{"task loss", "learned", "task loss, best rate", "scaled task loss"}, {"task loss", "task loss, rate 0.1", "learned without x", "learned shaped without x"},
		{"once after all", "each step"}, {"learned", "learned, fixed rate", paper.ThroughModel, paper.ThroughTruth}, {"real", "imagined"},
		{"learned shaped", paper.LearnedFeedback, "learned", "learned, equal time", paper.ThroughModel, paper.ThroughTruth, "behaviour cloning", "behaviour cloning, goal not seen"}, {"truth", "learned shaped", "learned", "task loss, best rate"},
		{"learned", paper.LearnedTarget, paper.PPO, paper.PPOAllGoals, paper.RandomPolicy}, {"learned", paper.LearnedLogProb, paper.RandomPolicy}, {validated, members}, {layers(1), layers(2), layers(3), layers(4)},
		{descents(5), descents(10), descents(20), descents(40)}, {"reference", "reference shaped", "reference task loss"}}
	for _, g := range groups {
		seen := map[look]string{}
		for _, m := range g {
			s, label := styleOf(m)
			if label == m && !names[m] {
				t.Errorf("%q has no style", m)
			}
			if other, ok := seen[look{s.Dash, s.Marker}]; ok {
				t.Errorf("%q looks like %q in greyscale", m, other)
			}
			seen[look{s.Dash, s.Marker}] = m
		}
	}
	if a, _ := styleOf("learned without x"); a.Color != fig.Blue {
		t.Error("a loss that does not see x has another style")
	}
	if _, label := styleOf("my own"); label != "my own" {
		t.Errorf("a method without a style is called %q", label)
	}
}
