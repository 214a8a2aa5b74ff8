package paper

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"ml3/mllib/meta"
	"ml3/mllib/random"
)

// benchInvdyn times one update of φ by all eight members of the shaped meta-training
// of a robot: "reacher" or "sawyer".
func benchInvdyn(b *testing.B, robot string) {
	e := map[string]Experiment{"reacher": invdynReacherExperiment(), "sawyer": invdynSawyerExperiment()}[robot].Paper.(InverseDynamics)
	s, err := e.Setting(Input{Seed: 0, Data: filepath.Join("..", "..", "data")})
	if err != nil {
		b.Fatal(err)
	}
	task, loss := s.Task, meta.Loss{Net: e.Net()}
	task.Shaped = true
	updates(b, meta.NewTrainer(loss, loss.Init(random.Stream(0, "loss init")), func(*rand.Rand) meta.Task { return task },
		e.Train, random.Stream(0, "meta-training")))
}

func BenchmarkInvdyn(b *testing.B) {
	for _, robot := range []string{"reacher", "sawyer"} {
		b.Run(robot, func(b *testing.B) { benchInvdyn(b, robot) })
	}
}
