package paper

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"ml3/mllib/tidy"
)

// What the claims of Fig. 4 are judged by, and the smallest effects of interest.
const (
	taskShare  = 0.8 // of the way from a random policy to where PPO ends: "80 % of task performance"
	fewer      = 0.1 // log10, a quarter: what another draw of the goals changes easily
	archShare  = 0.8 // of the gain of policies of two layers: the share that the paper counts by
	archSpread = 0.5 // of the standard deviation over tasks: what a band of ± sd visibly holds
	// 1 cm in the mean distance over an episode of 50 steps, a tenth of the goal's.
	inputsGain = 0.5
)

func freeReacherClaims() []Claim {
	f := FreeRows{"negative distance", "observable"}
	claims := append(ppoClaims(f, "reacher", "4a", LearnedLoss, ""), depthClaims(f, "reacher", "4c", LearnedLoss)...)
	return append(claims, Claim{ID: "policy-inputs", Figure: "4a", Text: "mean and deviation of the policy as inputs of the learned loss work better than log π, on the reacher",
		Judge: func(t tidy.Table) (Verdict, error) { return policyInputs(t, FreeRows{f.Metric, "inputs"}) }})
}

func freeAntClaims() []Claim {
	f := FreeRows{"progress", "heading"}
	claims := append(ppoClaims(f, "ant", "4b", LearnedLoss, ""), ppoClaims(f, "ant", "4b", LearnedTarget, "-target")...)
	return append(claims, depthClaims(f, "ant", "4d", LearnedTarget)...)
}

// ppoClaims are the paper's sentences on samples, each half for itself; suffix and text
// say so if the loss is of another form.
func ppoClaims(f FreeRows, robot, figure, method, suffix string) []Claim {
	share, loss := fmt.Sprintf("%g %% of the way from a random policy to where PPO ends", 100*taskShare), "the learned loss"
	if suffix != "" {
		loss = "ours: a loss that is the distance from a learned target"
	}
	claim := func(id, text string, share, times, margin float64) Claim {
		return Claim{ID: robot + "-ppo" + suffix + id, Figure: figure, Text: text,
			Judge: func(t tidy.Table) (Verdict, error) { return fewerSamples(t, f, method, share, times, margin) }}
	}
	return []Claim{
		claim("", "on the "+robot+", "+loss+" needs fewer samples than PPO to "+share, taskShare, 1, fewer),
		claim("-five", "on the "+robot+", "+loss+" needs a fifth of PPO's samples, or less, to "+share, taskShare, 5, 0),
		claim("-half", "not the paper's share: on the "+robot+", "+loss+" needs a fifth of PPO's samples, or less, to half of the way", 0.5, 5, 0),
	}
}

// depthClaims are those on other depths.
func depthClaims(f FreeRows, robot, figure, method string) []Claim {
	return []Claim{
		{ID: robot + "-arch", Figure: figure, Text: "on the " + robot + ", a loss learned with policies of two hidden layers works for other depths",
			Judge: func(t tidy.Table) (Verdict, error) { return otherDepths(t, f, method) }},
		{ID: robot + "-arch-variation", Figure: figure, Text: "on the " + robot + ", the variation over depths is mild beside the spread over tasks",
			Judge: func(t tidy.Table) (Verdict, error) { return depthVariation(t, f, method) }},
	}
}

// fewerSamples judges log10 of the ratio of samples, PPO's by the learned loss's, to
// the share, by the mean curves of the seeds. Where the learned loss does not get
// there it counts as taking all samples that PPO takes until its end.
func fewerSamples(t tidy.Table, f FreeRows, method string, share, times, margin float64) (Verdict, error) {
	own, ppo := f.Reach(t, method, share, false), f.Reach(t, PPO, share, false)
	if len(own) == 0 {
		return Verdict{}, fmt.Errorf("no seed has curves of %s, %s and %s; recompute the experiment", method, PPO, RandomPolicy)
	}
	effects, missed := make([]float64, len(own)), 0
	for i, r := range own {
		effects[i] = math.Log10(float64(max(ppo[i].Samples, 1))/float64(max(r.Samples, 1))) - math.Log10(times) - margin
		if !r.Reached {
			missed++
		}
	}
	goals, rivals := f.Reach(t, method, share, true), f.Reach(t, PPO, share, true)
	lost, slower := 0, 0
	for i, r := range goals {
		if !r.Reached {
			lost++
		} else if r.Samples > rivals[i].Samples {
			slower++
		}
	}
	effect := fmt.Sprintf("log10 of the ratio of samples to %g %% of the way, PPO / learned, of the mean over goals", 100*share)
	if times != 1 {
		effect += fmt.Sprintf(", − log10 %g", times)
	}
	if margin != 0 {
		effect += fmt.Sprintf(", − %g as the smallest effect of interest", margin)
	}
	effect += fmt.Sprintf(" (not reached with %d of %d seeds; goal by goal not reached on %d, later than PPO on %d of %d)", missed, len(own), lost, slower, len(goals))
	return judge(effect, effects)
}

// depthsOf are the mean curves of the seeds by the number of hidden layers, of those
// that all depths have.
func (f FreeRows) depthsOf(t tidy.Table, method string) (two []freeCurve, others map[string][]freeCurve, err error) {
	two = means(f.of(t, method, ""))
	others = map[string][]freeCurve{}
	for _, task := range t.Where(tidy.Method(method), tidy.Has("version", f.Version), tidy.Has("layers")).Tasks() {
		layers := tidy.TaskValue(task, "layers")
		if _, ok := others[layers]; !ok {
			others[layers] = means(f.of(t, method, layers))
		}
	}
	for layers, c := range others {
		if len(c) != len(two) {
			return nil, nil, fmt.Errorf("%d seeds have policies of %s layers and %d those of meta-training; recompute the experiment", len(c), layers, len(two))
		}
	}
	if len(two) == 0 || len(others) == 0 {
		return nil, nil, fmt.Errorf("no rows of policies of other depths to judge; recompute the experiment")
	}
	return two, others, nil
}

// otherDepths judges the share of the gain of two layers, over the random policy, that
// the worst depth has at its end, minus archShare.
func otherDepths(t tidy.Table, f FreeRows, method string) (Verdict, error) {
	two, others, err := f.depthsOf(t, method)
	if err != nil {
		return Verdict{}, err
	}
	effects := make([]float64, len(two))
	for i, c := range two {
		worst := math.Inf(1)
		for _, o := range others {
			if gain := c.end() - c.score[0]; gain > 0 {
				worst = min(worst, (o[i].end()-o[i].score[0])/gain)
			} else {
				worst = 0 // nothing that could be shared
			}
		}
		effects[i] = worst - archShare
	}
	return judge(fmt.Sprintf("gain over the first policy of the worst of the depths %s, as a share of that of two layers, − %g", layerList(others), archShare), effects)
}

// depthVariation judges archSpread minus the largest difference of a depth's mean from
// that of two layers, in standard deviations over the goals.
func depthVariation(t tidy.Table, f FreeRows, method string) (Verdict, error) {
	two, others, err := f.depthsOf(t, method)
	if err != nil {
		return Verdict{}, err
	}
	goals := f.of(t, method, "")
	effects := make([]float64, len(two))
	for i, c := range two {
		var ends []float64
		for _, g := range goals {
			if g.seed == c.seed {
				ends = append(ends, g.end())
			}
		}
		far := 0.0
		for _, o := range others {
			far = max(far, math.Abs(o[i].end()-c.end()))
		}
		effects[i] = archSpread - far/tidy.SD(ends)
	}
	return judge(fmt.Sprintf("%g − largest difference of the depths %s from two layers, in sd over goals, at the end", archSpread, layerList(others)), effects)
}

func layerList(others map[string][]freeCurve) string {
	var layers []int
	for l := range others {
		n, _ := strconv.Atoi(l)
		layers = append(layers, n)
	}
	slices.Sort(layers)
	return fmt.Sprint(layers)
}

// policyInputs judges the difference of scores in the second half of the updates.
func policyInputs(t tidy.Table, f FreeRows) (Verdict, error) {
	own, rival := means(f.of(t, LearnedLoss, "")), means(f.of(t, LearnedLogProb, ""))
	if len(own) == 0 || len(own) != len(rival) {
		return Verdict{}, fmt.Errorf("%d seeds have rows of %s and %d of %s; recompute the experiment", len(own), LearnedLoss, len(rival), LearnedLogProb)
	}
	late := func(c freeCurve) float64 { return tidy.Mean(c.score[len(c.score)/2:]) }
	effects := make([]float64, len(own))
	for i := range own {
		effects[i] = late(own[i]) - late(rival[i]) - inputsGain
	}
	return judge(fmt.Sprintf("Σ −distance (m) in the second half of the updates, (μ, σ) − log π, − %g as the smallest effect of interest", inputsGain), effects)
}
