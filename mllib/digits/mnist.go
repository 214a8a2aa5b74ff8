package digits

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"ml3/mllib/files"
)

// File is one IDX file of a Distribution. Hashes are SHA-256 in hex.
type File struct {
	Name     string // of the uncompressed file; the compressed one adds .gz
	Labels   bool   // labels or, if false, pictures
	Count    int    // of its items
	Bytes    int64  // uncompressed
	GzBytes  int64  // compressed, as published
	SHA256   string // of the uncompressed content
	GzSHA256 string // of the compressed file, as published
}

// Distribution says where a database of digits comes from and how to recognize
// it. Its files are training pictures and labels, test pictures and labels.
type Distribution struct {
	Files   [4]File
	Mirrors []string      // HTTPS folders, ending in /, in order of preference
	Client  *http.Client  // its CheckRedirect is replaced
	Rounds  int           // times that all mirrors are tried
	Pause   time.Duration // between two rounds
	Stall   time.Duration // a transfer without a byte for so long is given up
}

// MNIST describes the database of Y. LeCun, C. Cortes and C. Burges.
func MNIST() Distribution {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 15 * time.Second}).DialContext
	transport.TLSHandshakeTimeout = 15 * time.Second
	transport.ResponseHeaderTimeout = 30 * time.Second
	return Distribution{
		Files: [4]File{
			{Name: "train-images-idx3-ubyte", Count: 60000, Bytes: 47040016, GzBytes: 9912422,
				SHA256:   "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
				GzSHA256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
			{Name: "train-labels-idx1-ubyte", Labels: true, Count: 60000, Bytes: 60008, GzBytes: 28881,
				SHA256:   "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
				GzSHA256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
			{Name: "t10k-images-idx3-ubyte", Count: 10000, Bytes: 7840016, GzBytes: 1648877,
				SHA256:   "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
				GzSHA256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
			{Name: "t10k-labels-idx1-ubyte", Labels: true, Count: 10000, Bytes: 10008, GzBytes: 4542,
				SHA256:   "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
				GzSHA256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
		},
		Mirrors: []string{
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
		Client: &http.Client{Transport: transport},
		Rounds: 2,
		Pause:  2 * time.Second,
		Stall:  30 * time.Second,
	}
}

// Load reads MNIST from dir; see Distribution.Load.
func Load(dir string) (train, test Set, err error) { return MNIST().Load(dir) }

// Load reads the four files in dir, compressed (.gz) or not, and checks sizes,
// labels, counts and SHA-256. If none of them is there, the error satisfies
// errors.Is(err, fs.ErrNotExist); if some are missing or damaged, it does not.
func (d Distribution) Load(dir string) (train, test Set, err error) {
	var bodies [4][]byte
	var missing []string
	for i, f := range d.Files {
		bodies[i], err = f.load(dir)
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, f.gz())
		} else if err != nil {
			return Set{}, Set{}, fmt.Errorf("digits: %w; run `ml3 mnist` to replace it", err)
		}
	}
	switch {
	case len(missing) == len(d.Files):
		return Set{}, Set{}, fmt.Errorf("digits: no MNIST in %s; run `ml3 mnist` to fetch it: %w", dir, fs.ErrNotExist)
	case len(missing) > 0:
		return Set{}, Set{}, fmt.Errorf("digits: MNIST in %s is incomplete, %v missing; run `ml3 mnist` to complete it, or remove the folder", dir, missing)
	}
	train, err = pairUp(dir, d.Files[0], d.Files[1], bodies[0], bodies[1])
	if err != nil {
		return Set{}, Set{}, err
	}
	test, err = pairUp(dir, d.Files[2], d.Files[3], bodies[2], bodies[3])
	return train, test, err
}

// pairUp joins pictures and labels, which must be equally many.
func pairUp(dir string, images, labels File, pixels, classes []byte) (Set, error) {
	if len(pixels) != len(classes)*Size {
		return Set{}, fmt.Errorf("digits: %s: %d pictures in %s but %d labels in %s; run `ml3 mnist` to replace them",
			dir, len(pixels)/Size, images.Name, len(classes), labels.Name)
	}
	return Set{Pixels: pixels, Labels: classes}, nil
}

func (f File) gz() string { return f.Name + ".gz" }

// gzLimit is the largest compressed file that is read: a copy compressed by
// another program may be larger than the published one, but not twice.
func (f File) gzLimit() int64 { return 2*f.GzBytes + 4096 }

// load reads the file in dir, compressed or else uncompressed.
func (f File) load(dir string) ([]byte, error) {
	path := filepath.Join(dir, f.gz())
	file, err := files.Open(path, f.gzLimit())
	if errors.Is(err, fs.ErrNotExist) {
		path = filepath.Join(dir, f.Name)
		file, err = files.Open(path, f.Bytes)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	body, err := f.read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return body, nil
}

// read decodes the file's content, compressed or not, checks it and returns
// the bytes of its items.
func (f File) read(r io.Reader) ([]byte, error) {
	raw, err := unpack(r)
	if err != nil {
		return nil, fmt.Errorf("damaged gzip header: %w", err)
	}
	magic, item := uint32(magicImages), Size
	if f.Labels {
		magic, item = magicLabels, 1
	}
	hash := sha256.New()
	body, err := readIDX(io.TeeReader(raw, hash), magic, f.Count)
	if err != nil {
		return nil, err
	}
	if n := len(body) / item; n != f.Count {
		return nil, fmt.Errorf("holds %d items, want %d", n, f.Count)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != f.SHA256 {
		return nil, fmt.Errorf("content has SHA-256 %s, want %s", sum, f.SHA256)
	}
	return body, nil
}
