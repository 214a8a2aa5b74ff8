package tidy

import (
	"io"

	"ml3/mllib/files"
)

// WriteFileAtomic writes a file as one whole file or not at all; see
// files.WriteAtomic.
func WriteFileAtomic(path string, write func(io.Writer) error) error {
	return files.WriteAtomic(path, write)
}
