package rigid

import (
	"maps"
	"slices"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// modelFile is a model as MuJoCo compiled it.
type modelFile struct {
	NQ, NV, NU, NBody, NJnt, NGeom, NSite int
	Opt                                   struct {
		Timestep   float64
		Integrator string
		Gravity    []float64
	}
	TotalMass       float64 `json:"total_mass"`
	QPos0           []float64
	BodyName        []string  `json:"body_name"`
	BodyParent      []int     `json:"body_parentid"`
	BodyPos         []float64 `json:"body_pos"`
	BodyQuat        []float64 `json:"body_quat"`
	BodyMass        []float64 `json:"body_mass"`
	BodyIPos        []float64 `json:"body_ipos"`
	BodyIQuat       []float64 `json:"body_iquat"`
	BodyInertia     []float64 `json:"body_inertia"`
	BodyInvweight0  []float64 `json:"body_invweight0"`
	JntName         []string  `json:"jnt_name"`
	JntType         []int     `json:"jnt_type"`
	JntBody         []int     `json:"jnt_bodyid"`
	JntQPos         []int     `json:"jnt_qposadr"`
	JntDof          []int     `json:"jnt_dofadr"`
	JntPos          []float64 `json:"jnt_pos"`
	JntAxis         []float64 `json:"jnt_axis"`
	JntLimited      []int     `json:"jnt_limited"`
	JntRange        []float64 `json:"jnt_range"`
	DofArmature     []float64 `json:"dof_armature"`
	DofDamping      []float64 `json:"dof_damping"`
	DofInvweight0   []float64 `json:"dof_invweight0"`
	GeomName        []string  `json:"geom_name"`
	GeomType        []int     `json:"geom_type"`
	GeomBody        []int     `json:"geom_bodyid"`
	GeomSize        []float64 `json:"geom_size"`
	GeomPos         []float64 `json:"geom_pos"`
	GeomQuat        []float64 `json:"geom_quat"`
	GeomContype     []uint32  `json:"geom_contype"`
	GeomConaffinity []uint32  `json:"geom_conaffinity"`
	GeomFriction    []float64 `json:"geom_friction"`
	GeomMargin      []float64 `json:"geom_margin"`
	SiteName        []string  `json:"site_name"`
	SiteBody        []int     `json:"site_bodyid"`
	SitePos         []float64 `json:"site_pos"`
	SiteQuat        []float64 `json:"site_quat"`
	ActuatorName    []string  `json:"actuator_name"`
	ActuatorJoint   []int     `json:"actuator_joint"`
	ActuatorGear    []float64 `json:"actuator_gear"`
	ActuatorRange   []float64 `json:"actuator_ctrlrange"`
}

// statesFile holds quantities of single states without constraints.
type statesFile struct {
	Constraints string
	States      []struct {
		QPos, QVel, Ctrl               []float64
		QAccIn                         []float64 `json:"qacc_in"`
		M, Bias, Gravity               []float64
		Passive, Actuator, QAcc        []float64
		EPot                           float64 `json:"e_pot"`
		EKin                           float64 `json:"e_kin"`
		XPos, XQuat, XCom, Com, AngMom []float64
		ComVel                         []float64   `json:"com_vel"`
		SiteXPos                       []float64   `json:"site_xpos"`
		SiteXMat                       []float64   `json:"site_xmat"`
		SiteJacP                       [][]float64 `json:"site_jacp"`
		SiteJacR                       [][]float64 `json:"site_jacr"`
		TauInv                         []float64   `json:"tau_inv"`
	}
}

// constraintStatesFile holds single states with limits and contacts.
type constraintStatesFile struct {
	What   string
	States []constraintState
}

type constraintState struct {
	QPos, QVel, Ctrl []float64
	Contact          []struct {
		Geom          int
		Dist          float64
		Pos           []float64
		Frame         []float64
		IncludeMargin float64
		Force         []float64 `json:"force_normal_tan1_tan2"`
	}
	NEfc          *int
	EfcType       []int     `json:"efc_type"`
	EfcID         []int     `json:"efc_id"`
	EfcR          []float64 `json:"efc_R"`
	EfcARef       []float64 `json:"efc_aref"`
	EfcForce      []float64 `json:"efc_force"`
	EfcJ          []float64 `json:"efc_J"`
	QAccSmooth    []float64 `json:"qacc_smooth"`
	QAcc          []float64
	QFrcConstaint []float64 `json:"qfrc_constraint"`
}

// trajectoryFile is a run: control k acts between control steps k and k+1.
type trajectoryFile struct {
	What         string
	Integrator   string
	Constraints  string
	Timestep     float64
	FrameSkip    int    `json:"frame_skip"`
	ControlSteps int    `json:"control_steps"`
	RecordEvery  int    `json:"record_every"`
	Warnings     int    `json:"mujoco_warnings"`
	CtrlNote     string `json:"ctrl_note"`
	Ctrl         [][]float64
	QPos, QVel   [][]float64
	EPotKin      []float64 `json:"e_pot_kin"`
	TipPos       []float64 `json:"tip_pos"`
	TipVel       []float64 `json:"tip_vel"`
	NLimitRows   []int     `json:"n_limit_rows"`
	NContact     []int     `json:"n_contact"`
	NormalForce  []float64 `json:"normal_force"`
	MinDist      []float64 `json:"min_dist"`
}

// statisticsFile summarises many episodes with random controls; every
// statistic is mean, sd, min, p10, p50, p90, max.
type statisticsFile struct {
	Integrator   string
	Amplitude    float64
	Episodes     int
	ControlSteps int `json:"control_steps"`
	FrameSkip    int `json:"frame_skip"`
}
