package digits

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Source is a database of digits and its name, which tables state: "mnist" or
// "rendered".
type Source struct {
	Name        string
	Train, Test Set
}

// Open returns MNIST from dataDir/mnist, or, if none of its files is there,
// digits rendered from seed, so many of each for training and test. MNIST that is
// damaged or incomplete is an error.
func Open(dataDir string, seed uint64, train, test int) (Source, error) {
	return MNIST().open(dataDir, seed, train, test)
}

func (d Distribution) open(dataDir string, seed uint64, train, test int) (Source, error) {
	a, b, err := d.Load(filepath.Join(dataDir, "mnist"))
	if err == nil {
		return Source{"mnist", a, b}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Source{}, err
	}
	return Rendered(seed, train, test), nil
}

// Rendered returns the rendered digits of a seed, so many of each for training and
// test, whether MNIST is there or not.
func Rendered(seed uint64, train, test int) Source {
	return Source{"rendered", RenderSet(seed, "train", train), RenderSet(seed, "test", test)}
}

// SourceName is the name of the source that Open would return, found without
// reading any pictures.
func SourceName(dataDir string) string {
	for _, f := range MNIST().Files {
		for _, name := range []string{f.Name, f.gz()} {
			if _, err := os.Stat(filepath.Join(dataDir, "mnist", name)); err == nil {
				return "mnist"
			}
		}
	}
	return "rendered"
}
