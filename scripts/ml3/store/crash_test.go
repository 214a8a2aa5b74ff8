package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// scenario is a folder and a run that is killed in it.
type scenario struct {
	name    string
	prepare func(t *testing.T, b *bench)
	job     func(b *bench)
}

func scenarios() []scenario {
	steps := func(n int) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			b.settle(walk{Steps: n, Wide: 3})
			b.run(t)
			b.settle(walk{Steps: 6, Wide: 3})
		}
	}
	return []scenario{
		{"into nothing", func(*testing.T, *bench) {}, func(*bench) {}},
		{"seeds to others", func(t *testing.T, b *bench) {
			b.job.Seeds = []uint64{1, 12}
			b.run(t)
		}, func(b *bench) { b.job.Seeds = []uint64{4, 7, 1, 12} }},
		{"foreign replaced", steps(3), func(b *bench) { b.opt.Fresh = true }},
		{"more foreign seeds replaced", steps(9), func(b *bench) { b.opt.Fresh, b.job.Seeds = true, []uint64{7} }},
		{"stale computed again", func(t *testing.T, b *bench) {
			b.run(t)
			b.settle(walk{Steps: 6, Wide: 3})
		}, func(b *bench) { b.opt.Fresh, b.job.Experiment.Revision = true, 2 }},
		{"a failure repaired", func(t *testing.T, b *bench) {
			b.world.fail[7] = errors.New("it fell")
			b.run(t)
			clear(b.world.fail)
		}, func(*bench) {}},
	}
}

// stopAt runs the bench's job until before the n-th change of a file, where it
// stops for ever, as if killed. It says whether there are so many.
func (b *bench) stopAt(t *testing.T, n int) bool {
	t.Helper()
	stopped, ended := make(chan bool), make(chan error)
	var mu sync.Mutex
	changes := 0
	f := b.Folder
	f.before = func(string) {
		mu.Lock()
		changes++
		stop := changes >= n
		mu.Unlock()
		if stop {
			stopped <- true
			select {}
		}
	}
	go func() { _, err := f.runJob(context.Background(), b.job, b.opt); ended <- err }()
	select {
	case <-stopped:
		return true
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
		return false
	}
}

// clean removes what a killed run has left, as every program does that takes the lock.
func (b *bench) clean(t *testing.T) {
	t.Helper()
	if err := b.Clean([]string{"walk"}); err != nil {
		t.Fatal(err)
	}
}

// whole are the seeds that a folder has, as parts or merged.
func (b *bench) whole(t *testing.T) []uint64 {
	t.Helper()
	var seeds []uint64
	for _, seed := range b.job.Seeds {
		if _, err := os.Stat(b.part("walk", seed)); err == nil {
			seeds = append(seeds, seed)
			continue
		}
		v, err := b.look(b.job)
		if err != nil {
			t.Fatal(err)
		}
		if b.state(v, b.job, seed).State == Complete {
			seeds = append(seeds, seed)
		}
	}
	return seeds
}

// TestKilledAnywhere stops runs before each change of a file. Whatever is there
// then can be read, and the same run goes on to the same files.
func TestKilledAnywhere(t *testing.T) {
	every := 1
	if testing.Short() {
		every = 4
	}
	for _, s := range scenarios() {
		want := newBench(t)
		s.prepare(t, want)
		s.job(want)
		want.run(t)
		goal := want.files(t)
		for n := 1; ; n += every {
			b := newBench(t)
			b.opt.Jobs = 1
			s.prepare(t, b)
			s.job(b)
			if !b.stopAt(t, n) {
				if n < 8 {
					t.Errorf("%s: %d changes of files only", s.name, n-1)
				}
				break
			}
			for _, read := range []func() (string, error){
				func() (string, error) { _, note, err := b.ReadRows("walk"); return note, err },
				func() (string, error) { _, note, err := b.ReadPictures("walk"); return note, err },
			} {
				if note, err := read(); note != "" || err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s, stopped at change %d: reading: %q, %v", s.name, n, note, err)
				}
			}
			whole := b.whole(t)
			b.clean(t)
			_, runs := b.run(t)
			for _, seed := range runs {
				if !b.opt.Fresh && slices.Contains(whole, seed) {
					t.Errorf("%s, stopped at change %d: seed %d was whole and ran again", s.name, n, seed)
				}
			}
			same(t, s.name, b.files(t), goal)
			if t.Failed() {
				t.Fatalf("%s, stopped at change %d", s.name, n)
			}
		}
	}
}

// TestKilledThenOther: what is killed in the middle of a merge, and then goes on in
// another way, leaves nothing of the first.
func TestKilledThenOther(t *testing.T) {
	for name, other := range map[string]func(b *bench){
		"another revision": func(b *bench) { b.job.Experiment.Revision = 2 },
		"fresh, one seed":  func(b *bench) { b.opt.Fresh, b.job.Seeds = true, []uint64{7} },
		"other settings":   func(b *bench) { b.opt.Fresh = true; b.settle(walk{Steps: 2, Wide: 3}) },
	} {
		for n := 1; ; n++ {
			b := newBench(t)
			b.opt.Jobs, b.job.Seeds = 1, []uint64{4, 7}
			if !b.stopAt(t, n) {
				break
			}
			b.clean(t)
			other(b)
			b.run(t)
			b.job.Seeds, b.opt.Fresh = []uint64{4, 7}, false
			b.run(t)
			s, err := b.Status(b.job)
			if err != nil || s.Parts != 0 || s.Others != 0 {
				t.Errorf("%s, stopped at change %d: %+v, %v", name, n, s, err)
			}
			for _, seed := range s.Seeds {
				if seed.State != Complete && (seed.State != Stale || name != "another revision") {
					t.Errorf("%s, stopped at change %d: seed %d is %s: %s", name, n, seed.Seed, seed.State, seed.Why)
				}
			}
			for path := range b.files(t) {
				if strings.HasSuffix(path, ".tmp") || strings.Contains(path, ".parts") {
					t.Errorf("%s, stopped at change %d: %s is left", name, n, path)
				}
			}
		}
	}
}

// TestReadWhileMerging reads again and again while runs add seeds.
func TestReadWhileMerging(t *testing.T) {
	b := newBench(t)
	b.job.Seeds = []uint64{0}
	b.run(t)
	done := make(chan bool)
	go func() {
		defer close(done)
		for seed := range uint64(30) {
			job := b.job
			job.Seeds = []uint64{seed}
			if _, err := b.runJob(context.Background(), job, Options{Jobs: 1}); err != nil {
				t.Error(err)
			}
		}
	}()
	for reads := 0; ; reads++ {
		select {
		case <-done:
			if reads == 0 {
				t.Error("nothing was read")
			}
			return
		default:
		}
		rows, note, err := b.ReadRows("walk")
		if err != nil || note != "" || len(rows)%6 != 0 {
			t.Fatalf("%d rows, %q, %v", len(rows), note, err)
		}
	}
}

// TestLock: of many that lock a folder that is missing, one at a time has it, and at
// the end no file is left.
func TestLock(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "new", "folder")
	var wg sync.WaitGroup
	var mu sync.Mutex
	inside, waited := 0, 0
	for range 6 {
		wg.Go(func() {
			for range 5 {
				unlock, err := Lock(t.Context(), dir, func(holder string) {
					mu.Lock()
					defer mu.Unlock()
					waited++
					if !strings.Contains(holder, "process") {
						t.Errorf("the holder is %q", holder)
					}
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if inside++; inside != 1 {
					t.Errorf("%d hold the lock", inside)
				}
				for n := 0; waited == 0 && n < 1000; n++ { // the first holds it until another waits
					mu.Unlock()
					time.Sleep(10 * time.Millisecond)
					mu.Lock()
				}
				mu.Unlock()
				if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o644); err != nil {
					t.Error(err)
				}
				os.Remove(filepath.Join(dir, "x"))
				mu.Lock()
				inside--
				mu.Unlock()
				unlock()
			}
		})
	}
	wg.Wait()
	err := filepath.WalkDir(parent, func(path string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil || waited == 0 {
		t.Errorf("%d have waited, %v", waited, err)
	}
}

// TestLockRefuses: a file in the way, a link in the way, a context that ends.
func TestLockRefuses(t *testing.T) {
	dir := t.TempDir()
	unlock, err := Lock(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Lock(ctx, dir, func(string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled wait: %v", err)
	}
	unlock()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("keep"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(t.Context(), file, nil); err == nil {
		t.Error("a file was locked as a folder")
	}
	if err := os.Symlink(file, filepath.Join(dir, lockFile)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if _, err := Lock(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a link: %v", err)
	}
	if data, _ := os.ReadFile(file); string(data) != "keep" {
		t.Errorf("the file behind the link has %q", data)
	}
}
