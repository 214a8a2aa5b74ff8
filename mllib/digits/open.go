package digits

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// Pictures of each digit that Open renders.
const (
	RenderedTrain = 1000
	RenderedTest  = 200
)

// Source is a database of digits and its name, which tables state: "mnist" or
// "rendered".
type Source struct {
	Name        string
	Train, Test Set
}

// Open returns MNIST from dataDir/mnist, or, if none of its files is there,
// digits rendered from seed (RenderedTrain and RenderedTest of each). MNIST
// that is damaged or incomplete is an error.
func Open(dataDir string, seed uint64) (Source, error) { return MNIST().open(dataDir, seed) }

func (d Distribution) open(dataDir string, seed uint64) (Source, error) {
	train, test, err := d.Load(filepath.Join(dataDir, "mnist"))
	if err == nil {
		return Source{"mnist", train, test}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Source{}, err
	}
	return Rendered(seed), nil
}

// Rendered returns the rendered digits of a seed, whether MNIST is there or not.
func Rendered(seed uint64) Source {
	return Source{"rendered", RenderSet(seed, "train", RenderedTrain), RenderSet(seed, "test", RenderedTest)}
}
