package store

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/ad"
	"ml3/mllib/files"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/safetensors"
)

// LargeLoss is the number of parameters above which a learned loss is stored for the
// first seed of the experiment only: 160 000 numbers are more than a megabyte, and
// ten seeds of them would be the largest files of a clone.
const LargeLoss = 100_000

// encodeLosses writes the learned losses of a seed: parameter i of the loss named
// name is the array "name/phi.i" [rows, cols]. No losses are no bytes.
func encodeLosses(experiment string, seed uint64, first bool, losses []paper.Learned) ([]byte, error) {
	f := safetensors.File{
		Metadata: map[string]string{"experiment": experiment, "seed": strconv.FormatUint(seed, 10)},
		Tensors:  map[string]safetensors.Tensor{},
	}
	for _, l := range losses {
		if l.Phi.Len() > LargeLoss && !first {
			continue
		}
		for i, v := range l.Phi {
			name := fmt.Sprintf("%s/phi.%d", l.Name, i)
			if _, twice := f.Tensors[name]; twice {
				return nil, fmt.Errorf("two learned losses are named %q", l.Name)
			}
			f.Tensors[name] = safetensors.Tensor{Shape: []int{v.Rows, v.Cols}, Data: v.Data}
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
// "version=robust/method=learned", that a seed of an experiment learned.
func (f Folder) ReadLoss(experiment string, seed uint64, name string) (nn.Params, error) {
	path := f.Loss(experiment, seed)
	data, err := files.Read(path, safetensors.MaxBytes)
	if err != nil {
		return nil, err
	}
	file, err := safetensors.Read(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var phi nn.Params
	for {
		t, ok := file.Tensors[fmt.Sprintf("%s/phi.%d", name, len(phi))]
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

// lossNames lists the losses of a file in order.
func lossNames(f safetensors.File) []string {
	var names []string
	for tensor := range f.Tensors {
		if name, ok := strings.CutSuffix(tensor, "/phi.0"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
