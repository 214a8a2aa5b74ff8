package paper

import (
	"testing"

	"ml3/mllib/env"
	"ml3/mllib/meta"
	"ml3/mllib/random"
	"ml3/mllib/rl"
)

// BenchmarkMBRL times one update of φ by all members in learned dynamics, of every
// version: "reacher/released" is the authors' meta-iteration, two roll-outs of 65
// steps, M_φ 7-400-400-1 and three nets 100-30.
func BenchmarkMBRL(b *testing.B) {
	for name, e := range map[string]Experiment{"pointmass": pointmassExperiment(), "reacher": reacherExperiment()} {
		e := e.Quick.(ModelBased)
		for _, v := range e.Versions {
			b.Run(name+"/"+v.Name, func(b *testing.B) {
				plant, model := planSetting(b, e, v)
				updates(b, v.Training(v.Losses[0], plant, model, 0))
			})
		}
	}
}

// BenchmarkMBRLTest times an update of a policy of the reacher by a learned loss in the
// real world.
func BenchmarkMBRLTest(b *testing.B) {
	e := reacherExperiment().Quick.(ModelBased)
	v := e.Versions[2]
	plant, _ := planSetting(b, e, v)
	task := v.Planned(plant, plant)
	task.Goal = []float64{0.5, 0.5}
	phi := v.Losses[0].Learner.Init(random.Stream(0, "loss init"))
	for _, m := range []Method{{LearnedLoss, v.Losses[0].Learner.At(phi)}, {ThroughTruth, meta.Objective(meta.TaskLoss).At(1e-3)}} {
		b.Run(m.Name, func(b *testing.B) { descents(b, m.Rule, task) })
	}
}

// BenchmarkExpert times one update of φ by all members, for each kind of task loss: the
// ratio is what "equal time" is made of.
func BenchmarkExpert(b *testing.B) {
	e := expertExperiment().Quick.(ExpertReacher)
	plant, model := planSetting(b, ModelBased{Test: e.Test}, e.Version)
	experts, err := e.PlanExperts(b.Context(), plant, 0)
	if err != nil {
		b.Fatal(err)
	}
	for _, method := range []string{LearnedLoss, LearnedShaped, LearnedFeedback} {
		b.Run(method, func(b *testing.B) { updates(b, e.Training(method, plant, model, experts, 0)) })
	}
	b.Run("experts", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.PlanExperts(b.Context(), plant, 0); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*e.Experts), "ms/expert")
	})
}

// BenchmarkExpertEqualTime is the whole meta-training with experts at the paper's
// settings, planning and fits included, and that without experts for the outer steps
// that are to take as long.
func BenchmarkExpertEqualTime(b *testing.B) {
	e := expertExperiment().Paper.(ExpertReacher)
	plant, _ := planSetting(b, ModelBased{Test: e.Test}, e.Version)
	for _, method := range []string{LearnedShaped, LearnedInTime} {
		b.Run(method, func(b *testing.B) {
			for b.Loop() {
				lab := planLab{newLab(b.Context(), "expert-reacher", Input{Seed: 0}, 1, func(int, int) {}), e.Test, plant}
				experts := []rl.Expert{{Goal: env.Goals(plant, 1, env.RightHalf, lab.stream("goals of experts"))[0]}}
				if method == LearnedShaped {
					var err error
					if experts, err = e.PlanExperts(b.Context(), plant, 0); err != nil {
						b.Fatal(err)
					}
				}
				model, err := NewLearnedModel(plant, e.Version.Model, 0)
				if err != nil {
					b.Fatal(err)
				}
				if lab.train(e.Training(method, plant, model, experts, 0), model); lab.err != nil {
					b.Fatal(lab.err)
				}
			}
		})
	}
}
