package digits

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// idxImages is an IDX file of n pictures whose pixels count up.
func idxImages(n int) []byte {
	data := []byte{0, 0, 8, 3}
	for _, v := range []int{n, Side, Side} {
		data = binary.BigEndian.AppendUint32(data, uint32(v))
	}
	for i := range n * Size {
		data = append(data, byte(i*7+i/Size))
	}
	return data
}

// idxLabels is an IDX file of the labels 0, 1, … 9, 0, ….
func idxLabels(n int) []byte {
	data := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(n))
	for i := range n {
		data = append(data, byte(i%10))
	}
	return data
}

func zipped(data []byte, level int) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// small is a distribution of 30 training and 20 test pictures and its published
// files by name.
func small() (Distribution, map[string][]byte) {
	d := MNIST()
	published := map[string][]byte{}
	for i := range d.Files {
		f := &d.Files[i]
		f.Count = []int{30, 30, 20, 20}[i]
		raw := idxImages(f.Count)
		if f.Labels {
			raw = idxLabels(f.Count)
		}
		packed := zipped(raw, gzip.BestCompression)
		f.Bytes, f.SHA256 = int64(len(raw)), hash(raw)
		f.GzBytes, f.GzSHA256 = int64(len(packed)), hash(packed)
		published[f.gz()] = packed
	}
	return d, published
}

// folder writes files to a new folder.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	d, published := small()
	train, test, err := d.Load(folder(t, published))
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 30 || test.Len() != 20 || !bytes.Equal(train.Pixels, idxImages(30)[16:]) || !bytes.Equal(test.Labels, idxLabels(20)[8:]) {
		t.Errorf("%d and %d pictures, or wrong content", train.Len(), test.Len())
	}
}

// Every damage is an error that names the file, says what is wrong and what to
// do, and is not mistaken for an absent file.
func TestLoadDamaged(t *testing.T) {
	d, published := small()
	images, labels := d.Files[0], d.Files[1]
	wrongMagic := idxImages(30)
	wrongMagic[3] = 1
	wide := idxImages(30)
	wide[15] = 29
	badLabel := idxLabels(30)
	badLabel[8+17] = 10
	changed := idxImages(30)
	changed[1000]++
	bomb := zipped(append(idxImages(30), make([]byte, 4<<20)...), gzip.BestCompression)
	broken := bytes.Clone(published[images.gz()])
	broken[len(broken)/2] ^= 0x55
	for name, c := range map[string]struct {
		file File
		data []byte
		want string
	}{
		"empty":             {images, nil, "truncated: 0 of 16 header bytes"},
		"cut gzip":          {images, published[images.gz()][:200], "truncated: "},
		"cut header":        {labels, zipped(idxLabels(30)[:6], 9), "truncated: 6 of 8 header bytes"},
		"cut body":          {labels, zipped(idxLabels(30)[:20], 9), "truncated: 12 of 30 bytes"},
		"flipped bit":       {images, broken, ""},
		"wrong magic":       {images, zipped(wrongMagic, 9), "magic number 0x00000801, want 0x00000803"},
		"wrong size":        {images, zipped(wide, 9), "pictures of 28×29 pixels"},
		"bad label":         {labels, zipped(badLabel, 9), "label 10 of item 17"},
		"too few":           {labels, zipped(idxLabels(29), 9), "holds 29 items, want 30"},
		"too many":          {images, zipped(idxImages(31), 9), "announces 31 items, more than the 30"},
		"trailing bytes":    {labels, zipped(append(idxLabels(30), 0), 9), "bytes follow"},
		"other content":     {images, zipped(changed, 9), "SHA-256"},
		"bomb":              {images, bomb, ""},
		"large compressed":  {labels, make([]byte, labels.gzLimit()+1), "more than the"},
		"not gzip, not IDX": {images, []byte("<html>404</html>" + strings.Repeat(" ", 100)), "magic number"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, published)
			os.WriteFile(filepath.Join(dir, c.file.gz()), c.data, 0o644)
			_, _, err := d.Load(dir)
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("error %v", err)
			}
			for _, part := range []string{filepath.Join(dir, c.file.gz()), c.want, "run `ml3 mnist`"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not mention %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
		})
	}
}

func TestLoadMissing(t *testing.T) {
	d, published := small()
	if _, _, err := d.Load(filepath.Join(t.TempDir(), "mnist")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "run `ml3 mnist`") {
		t.Errorf("no folder: %v", err)
	}
	dir := folder(t, published)
	os.Remove(filepath.Join(dir, d.Files[2].gz()))
	if _, _, err := d.Load(dir); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), d.Files[2].gz()) {
		t.Errorf("one file missing: %v", err)
	}
	os.WriteFile(filepath.Join(dir, d.Files[2].Name), idxImages(20), 0o644)
	if _, _, err := d.Load(dir); err != nil {
		t.Errorf("the missing file uncompressed: %v", err)
	}
}

func TestPairUp(t *testing.T) {
	d := MNIST()
	if _, err := pairUp("dir", d.Files[0], d.Files[1], make([]byte, 3*Size), make([]byte, 4)); err == nil || !strings.Contains(err.Error(), "3 pictures") {
		t.Errorf("3 pictures and 4 labels: %v", err)
	}
}

// What the reader accepts is exactly what a writer of the format would write.
func FuzzReadIDX(f *testing.F) {
	f.Add(idxImages(2), true)
	f.Add(idxLabels(12), false)
	f.Add(zipped(idxImages(1), 9), true)
	f.Add(zipped(idxLabels(5), 1)[:20], false)
	f.Add([]byte{0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28}, true)
	f.Fuzz(func(t *testing.T, data []byte, images bool) {
		const limit = 100
		magic, header := uint32(magicLabels), idxLabels(0)
		if images {
			magic, header = magicImages, idxImages(0)
		}
		raw, err := unpack(bytes.NewReader(data))
		if err != nil {
			return
		}
		body, err := readIDX(raw, magic, limit)
		if err != nil {
			return
		}
		n := len(body)
		if images {
			n /= Size
		}
		if n > limit {
			t.Fatalf("%d items, more than %d", n, limit)
		}
		binary.BigEndian.PutUint32(header[4:], uint32(n))
		if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) && !bytes.Equal(data, append(header, body...)) {
			t.Fatalf("%d bytes accepted as %d items", len(data), n)
		}
	})
}

// The real database, where it is.
func TestLoadMNIST(t *testing.T) {
	train, test, err := Load("../../data/mnist")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no MNIST in data/mnist")
	}
	if err != nil {
		t.Fatal(err)
	}
	counts := [10]int{}
	for _, l := range test.Labels {
		counts[l]++
	}
	// The published class counts of the test set.
	if want := [10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}; counts != want {
		t.Errorf("test labels %v, want %v", counts, want)
	}
	mean, std := moments(train)
	if abs(mean-Mean) > 5e-5 || abs(std-Std) > 5e-5 {
		t.Errorf("training pixels have mean %.5f, standard deviation %.5f; want %.4f, %.4f", mean, std, Mean, Std)
	}
}
