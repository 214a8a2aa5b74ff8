package digits

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ml3/mllib/files"
)

// Import copies MNIST from one folder to another; see Distribution.Import.
func Import(from, dir string) error { return MNIST().Import(from, dir) }

// Import copies the four files from a folder to dir, where Load finds them.
// They may be compressed, by any program, or not, and be named as published or
// with a dot before idx; their content is checked before anything is written.
func (d Distribution) Import(from, dir string) error {
	var packed [4][]byte
	for i, f := range d.Files {
		data, err := f.find(from)
		if err != nil {
			return fmt.Errorf("digits: import: %w", err)
		}
		packed[i] = data
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("digits: import: %w", err)
	}
	for i, f := range d.Files {
		if err := writeAtomically(filepath.Join(dir, f.gz()), packed[i]); err != nil {
			return fmt.Errorf("digits: import: %w", err)
		}
	}
	return nil
}

// find reads the file in a folder under one of its names, checks it and
// returns it compressed.
func (f File) find(from string) ([]byte, error) {
	dotted := strings.Replace(f.Name, "-idx", ".idx", 1)
	for _, name := range []string{f.gz(), f.Name, dotted + ".gz", dotted} {
		path := filepath.Join(from, name)
		limit := f.Bytes
		if strings.HasSuffix(name, ".gz") {
			limit = f.gzLimit()
		}
		file, err := files.Open(path, limit)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(file, limit+1))
		file.Close()
		if err == nil {
			err = f.check(data)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return compressed(data)
	}
	return nil, fmt.Errorf("%s holds neither %s nor %s: %w", from, f.gz(), f.Name, fs.ErrNotExist)
}

// check accepts the published compressed file by its SHA-256 and any other
// copy by its content.
func (f File) check(data []byte) error {
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) == f.GzSHA256 {
		return nil
	}
	_, err := f.read(bytes.NewReader(data))
	return err
}

// compressed returns data as gzip, unchanged if it already is.
func compressed(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// writeAtomically writes data so that path holds all of it or what it held before.
func writeAtomically(path string, data []byte) error {
	return files.WriteAtomic(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
