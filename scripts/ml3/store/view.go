package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/mllib/safetensors"
	"ml3/mllib/tidy"
)

// Job is what is to be in a folder: seeds of an experiment at some settings.
type Job struct {
	Experiment paper.Experiment
	Run        paper.Run // the experiment's settings
	Profile    string    // their name
	Seeds      []uint64
	First      uint64 // the seed whose large losses are stored, see LargeLoss
	Data       string // the data folder
}

// basis is what decides the numbers of a job.
func (j Job) basis() (Basis, error) {
	b := Basis{Settings: Settings(j.Run), Class: class()}
	if j.Experiment.Inputs != nil {
		var err error
		if b.Inputs, err = j.Experiment.Inputs(j.Data); err != nil {
			return b, err
		}
	}
	return b, nil
}

// State says what is stored of a seed.
type State string

// The states of a seed.
const (
	Missing  State = "missing"  // never computed, or failed
	Complete State = "complete" // as this program would compute it
	Stale    State = "stale"    // of an older revision of the experiment
	Foreign  State = "foreign"  // of other settings, data or processors
	Damaged  State = "damaged"  // not as the manifest says
)

// SeedState is the state of a seed and, if it is not complete, why.
type SeedState struct {
	Seed  uint64
	State State
	Why   string
}

// view is what a folder holds of a job's experiment.
type view struct {
	manifest       Manifest
	basis          Basis
	record         *Record // nil for none
	foreign        string  // in what the record differs from the job, "" if in nothing
	unreadable     error   // why a table cannot be read
	rows, pictures map[uint64]tidy.Table
}

// look reads what a folder holds of a job's experiment. A merge that was killed
// counts as done: its record is the one that is coming.
func (f Folder) look(j Job) (view, error) {
	name := j.Experiment.Name
	v := view{}
	var err error
	if v.basis, err = j.basis(); err != nil {
		return v, err
	}
	if v.manifest, err = f.ReadManifest(); err != nil {
		return v, err
	}
	v.record = v.manifest.Experiments[name]
	if coming := v.manifest.Coming[name]; coming != nil {
		v.record = coming
	}
	if v.record != nil {
		v.foreign = v.basis.Differs(v.record.Basis)
	}
	rows, err1 := readOrNone(f.Table(name), name)
	pictures, err2 := readOrNone(f.Pictures(name), name)
	v.unreadable = errors.Join(err1, err2)
	v.rows, v.pictures = bySeed(rows), bySeed(pictures)
	return v, nil
}

// readOrNone reads a table; one that does not exist is empty.
func readOrNone(path, experiment string) (tidy.Table, error) {
	t, err := ReadTable(path, experiment)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return t, err
}

// refusal says why nothing may be added to what the folder holds, nil if it may.
func (f Folder) refusal(v view, experiment string) error {
	table, dir := f.Table(experiment), f.Tables
	switch {
	case v.unreadable != nil:
		return fmt.Errorf("%w, or compute it again with --fresh", v.unreadable)
	case v.foreign != "":
		return fmt.Errorf("%s holds results (profile %s) with %s; --out DIR computes these elsewhere, --fresh replaces those", dir, Clip(v.record.Profile), v.foreign)
	}
	before := v.manifest.Experiments[experiment]
	for _, seed := range slices.Sorted(maps.Keys(v.rows)) {
		_, known := v.record.find(seed)
		if _, old := before.find(seed); !known && !old {
			return fmt.Errorf("%s has seed %d, of which %s/manifest.json knows nothing; --fresh replaces the table, another folder (--out) leaves it", table, seed, dir)
		}
	}
	return nil
}

// state is what the folder holds of a seed.
func (f Folder) state(v view, j Job, seed uint64) SeedState {
	s, ok := v.record.find(seed)
	switch {
	case v.unreadable != nil:
		return SeedState{seed, Damaged, v.unreadable.Error()}
	case v.foreign != "":
		return SeedState{seed, Foreign, v.foreign}
	case !ok:
		return SeedState{seed, Missing, "not run"}
	case s.Error != "":
		return SeedState{seed, Missing, s.Error}
	}
	if why := f.misfit(v, j.Experiment.Name, s); why != "" {
		return SeedState{seed, Damaged, why}
	}
	if s.Revision != j.Experiment.Revision {
		return SeedState{seed, Stale, fmt.Sprintf("computed by revision %d of the experiment, now %d", s.Revision, j.Experiment.Revision)}
	}
	return SeedState{Seed: seed, State: Complete}
}

// misfit says in what the files differ from the record of a seed, "" if in nothing.
func (f Folder) misfit(v view, experiment string, s Seed) string {
	for _, c := range []struct {
		path string
		t    tidy.Table
		want Content
	}{{f.Table(experiment), v.rows[s.Seed], s.Rows}, {f.Pictures(experiment), v.pictures[s.Seed], s.Pictures}} {
		if got, err := content(c.t); err != nil || got != c.want {
			return fmt.Sprintf("its rows in %s are not those of manifest.json", filepath.Base(c.path))
		}
	}
	data, err := files.Read(f.Loss(experiment, s.Seed), safetensors.MaxBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.Losses == "":
		return ""
	case errors.Is(err, fs.ErrNotExist):
		return "the file of its learned losses is missing"
	case err != nil:
		return err.Error()
	case digest(data) != s.Losses:
		return "the file of its learned losses is not that of manifest.json"
	}
	return ""
}

// Status is what a folder holds of an experiment.
type Status struct {
	Seeds []SeedState // of the job
	// Others are stored seeds that the job does not have, Parts those that an
	// interrupted run has finished.
	Others, Parts int
}

// Status says what a folder holds of a job. It changes nothing.
func (f Folder) Status(j Job) (Status, error) {
	v, err := f.look(j)
	if err != nil {
		return Status{}, err
	}
	var s Status
	if v.record == nil && len(v.rows) > 0 && v.unreadable == nil {
		v.unreadable = fmt.Errorf("manifest.json knows nothing of %s", filepath.Base(f.Table(j.Experiment.Name)))
	}
	for _, seed := range j.Seeds {
		s.Seeds = append(s.Seeds, f.state(v, j, seed))
	}
	if v.record != nil {
		for _, known := range v.record.Seeds {
			if !slices.Contains(j.Seeds, known.Seed) {
				s.Others++
			}
		}
	}
	parts, err := filepath.Glob(filepath.Join(f.parts("*"), "*"))
	for _, path := range parts {
		if _, ok := seedOf(filepath.Base(path)); ok && filepath.Base(filepath.Dir(path)) == j.Experiment.Name {
			s.Parts++
		}
	}
	return s, err
}
