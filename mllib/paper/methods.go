package paper

import (
	"fmt"
	"slices"
)

// The names of methods in tables, the same in every experiment.
const (
	LearnedLoss   = "learned"             // the loss learned with the plain task loss, at its rate α
	LearnedShaped = "learned shaped"      // learned with extra information at meta-train time
	LearnedFixed  = "learned, fixed rate" // where LearnedLoss learns its rate too: without that
	TaskLoss      = "task loss"           // descent on the task loss at the rate α of the learned loss
	BestRate      = "task loss, best rate"

	// The task loss times a number: at θ₀ its gradient has the mean length of the
	// learned loss's.
	ScaledTaskLoss = "scaled task loss"

	PowerMSE = "power-weighted mse, best rate" // descent on the power-weighted mean squared error
	Constant = "constant"                      // a constant inertia matrix, the mean over meta-training
	ILQR     = "iLQR"                          // no rule, for it plans forces with the model

	EachStep     = "each step"      // meta-updates after each inner step
	OnceAfterAll = "once after all" // and after all of a task

	// Descent on L_T itself through a model, at the best of its rates.
	ThroughModel = "task loss through the model, best rate" // that of the first method's meta-training
	ThroughTruth = "task loss through the truth, best rate" // the true dynamics

	LearnedFeedback = "learned shaped, feedback" // ours: the expert's feedback law in the policy's own states
	LearnedInTime   = "learned, equal time"      // without expert, in the time of the loss shaped by cloning
	LearnedTarget   = "learned target"           // ours: M_φ is the distance of the policy's mean from a learned target
	LearnedLogProb  = "learned, log π"           // M_φ sees log π instead of the policy's mean and deviation

	PPO          = "PPO"            // a run for each goal
	PPOAllGoals  = "PPO, all goals" // one run, whose policy sees the goal
	RandomPolicy = "random policy"  // of the parameters from which a learned loss begins

	Cloned      = "behaviour cloning"                // plain, of all experts
	ClonedBlind = "behaviour cloning, goal not seen" // by a policy that does not see the goal
)

// The names of what pictures show besides methods.
const (
	TaskData = "data"  // points or digits of a task
	Truth    = "truth" // what a method is to find
	ArmPose  = "arm"   // where the bodies of an arm are
	ThetaAt  = "grid"  // the θ of landscapes
)

// The names of the authors' curves.
const (
	Reference         = "reference" // of their learned loss
	ReferenceShaped   = "reference shaped"
	ReferenceTaskLoss = "reference task loss"
)

// IsReference says whether a method is a curve of the authors.
func IsReference(method string) bool {
	return slices.Contains([]string{Reference, ReferenceShaped, ReferenceTaskLoss}, method)
}

// AtRate names descent on the task loss at a rate.
func AtRate(rate float64) string { return fmt.Sprintf("task loss, rate %g", rate) }

// WithoutX names the variant of a learned loss that sees prediction and target alone.
func WithoutX(method string) string { return method + " without x" }
