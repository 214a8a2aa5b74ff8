package paper

import (
	"path/filepath"
	"testing"
)

// benchInvdyn times one update of φ by all eight members of the shaped meta-training
// of a robot: "reacher" or "sawyer".
func benchInvdyn(b *testing.B, robot string) {
	e := map[string]Experiment{"reacher": invdynReacherExperiment(), "sawyer": invdynSawyerExperiment()}[robot].Paper.(InverseDynamics)
	s, err := e.Setting(Input{Seed: 0, Data: filepath.Join("..", "..", "data")})
	if err != nil {
		b.Fatal(err)
	}
	updates(b, e.Training(s, true))
}

func BenchmarkInvdyn(b *testing.B) {
	for _, robot := range []string{"reacher", "sawyer"} {
		b.Run(robot, func(b *testing.B) { benchInvdyn(b, robot) })
	}
}
