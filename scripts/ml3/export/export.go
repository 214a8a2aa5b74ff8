// Package export writes learned losses for other programs: parameters in the
// safetensors format, and a module that evaluates them in numpy and PyTorch.
package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/safetensors"
)

// Files of an export.
const (
	LossFile   = "loss.safetensors"
	ModuleFile = "ml3_loss.py"
)

//go:embed ml3_loss.py
var module []byte

// Loss is a learned loss with all that is needed to evaluate it.
type Loss struct {
	Name    string // which one: "net=paper 40-40/split=meta-train/method=learned"
	Sees    string // what the columns of the network's input are
	Learner meta.Learner
	Phi     nn.Params
}

// Write writes a loss and the module into a folder, which is made if it is missing.
func (l Loss) Write(dir string) error {
	text, err := l.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, content := range map[string][]byte{LossFile: text, ModuleFile: module} {
		if err := files.WriteAtomic(filepath.Join(dir, name), func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			return err
		}
	}
	return nil
}

// encode is the file of a loss: the parameters phi.0, phi.1, … [in, out] and [1, out],
// layer by layer, and the form of the network in the metadata.
func (l Loss) encode() ([]byte, error) {
	about := map[string]string{"name": l.Name, "sees": l.Sees}
	float := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	var net nn.MLP
	switch learner := l.Learner.(type) {
	case meta.Loss:
		net, about["kind"], about["rate"] = learner.Net, "loss", float(learner.Rate)
	case meta.LossAndRate:
		net, about["kind"], about["floor"], about["scale"] = learner.Net, "loss and rate", float(learner.Floor), float(learner.Scale)
	default:
		return nil, fmt.Errorf("%s is a %T, of which the module knows nothing", l.Name, l.Learner)
	}
	about["bias"], about["hidden"], about["out"] = strconv.FormatBool(net.Bias), activation(net.Hidden), activation(net.Out)
	f := safetensors.File{Metadata: about, Tensors: map[string]safetensors.Tensor{}}
	for i, p := range l.Phi {
		f.Tensors[fmt.Sprintf("phi.%d", i)] = safetensors.Tensor{Shape: []int{p.Rows, p.Cols}, Data: p.Data}
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// activation is the name of an activation function, as the module has it.
func activation(a nn.Activation) string {
	name := runtime.FuncForPC(reflect.ValueOf(a).Pointer()).Name()
	return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
}
