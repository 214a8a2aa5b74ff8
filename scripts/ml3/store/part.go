package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"ml3/mllib/files"
	"ml3/mllib/tidy"
)

// part is one seed as it was computed, before it is merged.
type part struct {
	Basis    string `json:"basis"` // digest of Basis
	Fresh    bool   `json:"fresh"` // computed although there were results
	Seed     Seed   `json:"seed"`
	Sizes    [3]int `json:"sizes"` // bytes of rows, pictures and losses, which follow
	Contents string `json:"sha256"`

	rows, pictures tidy.Table
	losses         []byte
}

// partBytes bounds a part file.
const partBytes = 4 << 30

// id is the digest of a basis for an experiment.
func (b Basis) id(experiment string) string {
	text, err := json.Marshal(struct {
		Experiment string
		Basis
	}{experiment, b})
	if err != nil {
		panic(fmt.Sprintf("store: %v", err)) // text alone
	}
	return digest(text)
}

// write writes a part as one whole file or not at all: a line of JSON, then rows and
// pictures as CSV and the losses as safetensors.
func (p part) write(path string) error {
	var bodies [3]bytes.Buffer
	if err := p.rows.Write(&bodies[0]); err != nil {
		return err
	}
	if err := p.pictures.Write(&bodies[1]); err != nil {
		return err
	}
	bodies[2].Write(p.losses)
	body := bytes.Join([][]byte{bodies[0].Bytes(), bodies[1].Bytes(), bodies[2].Bytes()}, nil)
	for i := range bodies {
		p.Sizes[i] = bodies[i].Len()
	}
	p.Contents = digest(body)
	head, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return files.WriteAtomic(path, func(w io.Writer) error {
		_, err := w.Write(append(append(head, '\n'), body...))
		return err
	})
}

// readPart reads a part and checks that it is as it was written.
func readPart(path string) (part, error) {
	data, err := files.Read(path, partBytes)
	if err != nil {
		return part{}, err
	}
	head, body, _ := bytes.Cut(data, []byte("\n"))
	var p part
	if err := json.Unmarshal(head, &p); err != nil {
		return part{}, fmt.Errorf("%s: %w", path, err)
	}
	size := 0
	for _, n := range p.Sizes {
		if n < 0 || n > len(body) {
			return part{}, fmt.Errorf("%s: damaged", path)
		}
		size += n
	}
	if size != len(body) || digest(body) != p.Contents {
		return part{}, fmt.Errorf("%s: damaged", path)
	}
	a, b := p.Sizes[0], p.Sizes[0]+p.Sizes[1]
	if p.rows, err = tidy.Read(bytes.NewReader(body[:a]), path); err != nil {
		return part{}, err
	}
	if p.pictures, err = tidy.Read(bytes.NewReader(body[a:b]), path); err != nil {
		return part{}, err
	}
	p.losses = body[b:]
	return p, nil
}

// misfit says why a part is not one of a seed of a job, "" if it is.
func (p part) misfit(j Job, basis Basis, seed uint64) string {
	switch {
	case p.Seed.Seed != seed:
		return fmt.Sprintf("of seed %d", p.Seed.Seed)
	case p.Basis != basis.id(j.Experiment.Name):
		return "of other settings, other data or another kind of processor"
	case p.Seed.Revision != j.Experiment.Revision:
		return fmt.Sprintf("of revision %d of the experiment, now %d", p.Seed.Revision, j.Experiment.Revision)
	}
	return ""
}

// readParts returns the usable parts of a job and removes all others: damaged ones,
// those of other settings or of another revision, and, if seeds are computed afresh,
// those that a run which only computed what was missing has left.
func (f Folder) readParts(j Job, basis Basis, fresh bool) (map[uint64]part, error) {
	name := j.Experiment.Name
	entries, err := os.ReadDir(f.parts(name))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	parts := map[uint64]part{}
	for _, e := range entries {
		seed, ok := seedOf(e.Name())
		if !ok {
			continue
		}
		p, err := readPart(f.part(name, seed))
		again := fresh && slices.Contains(j.Seeds, seed)
		if err == nil && p.misfit(j, basis, seed) == "" && (p.Fresh || !again) {
			parts[seed] = p
			continue
		}
		if err := f.remove(f.part(name, seed)); err != nil {
			return nil, err
		}
	}
	return parts, nil
}
