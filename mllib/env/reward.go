package env

// RewardForm says what a policy is trained on. With d the distance after a step, d⁻
// that before it, h the duration of a control step and |a| the Euclidean norm of the
// action before clamping:
type RewardForm int

// The forms.
const (
	// BonusReward is −d + Bonus/(d + Sharpness) − |a|: the paper's, as we recall it.
	// It belongs to a step's end alone.
	BonusReward RewardForm = iota
	// DistanceReward is −d − Effort·|a|²: gym's reacher with Effort 1.
	DistanceReward
	// ProgressReward is (d⁻ − d)/h − Effort·|a|²: the speed of approach. Its sum over
	// an episode, without the effort, is (first − last distance)/h.
	ProgressReward
)

// reward is a form with its constants.
type reward struct {
	form      RewardForm
	bonus     float64 // m
	sharpness float64 // m
	effort    float64 // m or m/s for an action of norm 1
	step      float64 // s
}

func (r reward) valid() bool {
	switch r.form {
	case BonusReward:
		return r.sharpness > 0
	case DistanceReward, ProgressReward:
		return r.effort >= 0
	}
	return false
}

// of is the reward of an action that led from distance before to distance d, m.
func (r reward) of(before, d float64, action []float64) float64 {
	a := norm(action)
	switch r.form {
	case DistanceReward:
		return -d - float64(r.effort*a*a)
	case ProgressReward:
		return (before-d)/r.step - float64(r.effort*a*a)
	}
	return -d + r.bonus/(d+r.sharpness) - a
}
