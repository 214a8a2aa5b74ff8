package paper

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/ad"
	"ml3/mllib/files"
	"ml3/mllib/nn"
	"ml3/mllib/safetensors"
)

// Learned are the parameters φ of a learned loss. Name says which, in the form of
// a task: "version=robust/method=learned"; see Training.LossName.
type Learned struct {
	Name string
	Phi  nn.Params
}

// LossExt ends the names of files of learned losses, which are in the safetensors
// format.
const LossExt = ".safetensors"

// LossFile is the file of the losses that a seed of an experiment learned, in a
// folder of losses: <losses>/<experiment>/<seed>.safetensors.
func LossFile(losses, experiment string, seed uint64) string {
	return filepath.Join(losses, experiment, strconv.FormatUint(seed, 10)+LossExt)
}

// lossTensor names the array [rows, cols] of parameter i of a learned loss.
func lossTensor(name string, i int) string { return fmt.Sprintf("%s/phi.%d", name, i) }

// EncodeLosses returns the file of the losses that a seed of an experiment learned:
// parameter i of the loss named name is the array "name/phi.i" [rows, cols]. The same
// losses are the same bytes; no losses are no bytes. Two losses of one name are an
// error.
func EncodeLosses(experiment string, seed uint64, losses []Learned) ([]byte, error) {
	f := safetensors.File{
		Metadata: map[string]string{"experiment": experiment, "seed": strconv.FormatUint(seed, 10)},
		Tensors:  map[string]safetensors.Tensor{},
	}
	for _, l := range losses {
		for i, v := range l.Phi {
			tensor := lossTensor(l.Name, i)
			if _, twice := f.Tensors[tensor]; twice {
				return nil, fmt.Errorf("two learned losses are named %q", l.Name)
			}
			f.Tensors[tensor] = safetensors.Tensor{Shape: []int{v.Rows, v.Cols}, Data: v.Data}
		}
	}
	if len(f.Tensors) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// ReadLoss returns the parameters φ of the loss named name, such as
// "version=robust/method=learned", of a file that EncodeLosses or any other program
// wrote; see LossFile. The error of a name that the file does not have lists those it
// has. If the file does not exist the error satisfies errors.Is(err, fs.ErrNotExist).
func ReadLoss(path, name string) (nn.Params, error) {
	file, err := readLosses(path)
	if err != nil {
		return nil, err
	}
	var phi nn.Params
	for {
		t, ok := file.Tensors[lossTensor(name, len(phi))]
		if !ok {
			break
		}
		if len(t.Shape) != 2 {
			return nil, fmt.Errorf("%s: parameter %d of %q has shape %v, want two dimensions", path, len(phi), name, t.Shape)
		}
		phi = append(phi, ad.New(t.Shape[0], t.Shape[1], t.Data))
	}
	if len(phi) == 0 {
		return nil, fmt.Errorf("%s has no loss named %q; there are %s", path, name, strings.Join(lossNames(file), ", "))
	}
	return phi, nil
}

// readLosses reads a file of learned losses.
func readLosses(path string) (safetensors.File, error) {
	data, err := files.Read(path, safetensors.MaxBytes)
	if err != nil {
		return safetensors.File{}, err
	}
	file, err := safetensors.Read(bytes.NewReader(data))
	if err != nil {
		return file, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// lossNames lists the losses of a file in order.
func lossNames(f safetensors.File) []string {
	var names []string
	for tensor := range f.Tensors {
		if name, ok := strings.CutSuffix(tensor, lossTensor("", 0)); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
