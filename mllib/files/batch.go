package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// batchSyncs is how many files of a batch are written at a time. To wait for the disk
// once for several files is what makes a batch fast.
const batchSyncs = 16

// WriteBatch writes files, each as WriteAtomic does: path i gets contents i. First all
// are written beside where they belong and synced, then they are renamed in order;
// before, if not nil, is called before each is. If one fails, those before it are new
// and the others as they were.
func WriteBatch(paths []string, contents [][]byte, before func(path string)) (err error) {
	made := make([]string, len(paths)) // temporary files
	defer func() {
		for _, name := range made {
			if name != "" {
				os.Remove(name)
			}
		}
	}()
	targets, errs := make([]string, len(paths)), make([]error, len(paths))
	var wg sync.WaitGroup
	for g := range min(batchSyncs, len(paths)) {
		wg.Go(func() {
			for i := g; i < len(paths); i += batchSyncs {
				if targets[i], made[i], errs[i] = prepare(paths[i], contents[i]); errs[i] != nil {
					errs[i] = fmt.Errorf("cannot write %s: %w", paths[i], errs[i])
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	folders := map[string]bool{}
	defer func() {
		for dir := range folders {
			syncFolder(dir)
		}
	}()
	for i, path := range paths {
		if before != nil {
			before(path)
		}
		if err := os.Rename(made[i], targets[i]); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
		made[i] = ""
		folders[filepath.Dir(targets[i])] = true
	}
	return nil
}

// prepare writes a temporary file for path, synced and closed, and returns the file it
// is to become.
func prepare(path string, content []byte) (target, name string, err error) {
	if target, err = follow(path); err != nil {
		return "", "", err
	}
	f, err := temporary(target)
	if err != nil {
		return "", "", err
	}
	for _, step := range []func() error{
		func() error { _, err := f.Write(content); return err },
		f.Sync,
		f.Close,
	} {
		if err := step(); err != nil {
			f.Close()
			return target, f.Name(), err
		}
	}
	return target, f.Name(), nil
}
