package tidy

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tricky has everything that careless writers lose.
var tricky = Table{
	{"sine", "task loss", 1<<64 - 1, "test [-2,2]", 100, "mse", 0.30000000000000004},
	{"sine", "task loss", 9, "test [-2,2]", 100, "mse", 1e-9},
	{"sine", "task loss", 9, "test [-2,2]", 20, "mse", 1},
	{"sine", "learned", 10, `a "quoted", name`, -3, "mse", math.Copysign(0, -1)},
	{"sine", "learned", 10, " x", 5, "accuracy, %", math.MaxFloat64},
	{"sine", "learned", 2, "# θ", 5, "1", math.SmallestNonzeroFloat64},
	{"sine", "learned", 2, `"`, 5, "mse", -1234567},
}

const trickyFile = `experiment,method,seed,task,step,metric,value
sine,learned,2,"""",5,mse,-1.234567e+06
sine,learned,2,"# θ",5,1,5e-324
sine,learned,10," x",5,"accuracy, %",1.7976931348623157e+308
sine,learned,10,"a ""quoted"", name",-3,mse,-0.0
sine,task loss,9,"test [-2,2]",20,mse,1.0
sine,task loss,9,"test [-2,2]",100,mse,1e-09
sine,task loss,18446744073709551615,"test [-2,2]",100,mse,0.30000000000000004
`

func TestWrite(t *testing.T) {
	for _, table := range []Table{tricky, reversed(tricky)} {
		var b strings.Builder
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		if b.String() != trickyFile {
			t.Errorf("wrote\n%s\nwant\n%s", b.String(), trickyFile)
		}
	}
}

func TestReadGivesBackEveryBit(t *testing.T) {
	for _, text := range []string{trickyFile, strings.ReplaceAll(trickyFile, "\n", "\r\n")} {
		got, err := Read(strings.NewReader(text), "f")
		if err != nil {
			t.Fatal(err)
		}
		if !sameBits(got, tricky.Sorted()) {
			t.Errorf("read %v\nwant %v", got, tricky.Sorted())
		}
	}
}

// TestReadOfOthers reads a table as spreadsheet programs and R write it.
func TestReadOfOthers(t *testing.T) {
	rows := strings.SplitAfterN(trickyFile, "\n", 2)[1]
	quoted := `"experiment","method","seed","task","step","metric","value"` + "\n"
	for _, head := range []string{byteOrderMark + header + "\n", quoted, byteOrderMark + quoted} {
		got, err := Read(strings.NewReader(head+rows), "f")
		if err != nil || !sameBits(got, tricky.Sorted()) {
			t.Errorf("%q: read %v, %v", head, got, err)
		}
	}
	for _, head := range []string{byteOrderMark + byteOrderMark + header, `"` + header + `"`, `"",` + header, header + ",x"} {
		if _, err := Read(strings.NewReader(head+"\n"+rows), "f"); err == nil || !strings.HasPrefix(err.Error(), "f:1: found the header") {
			t.Errorf("%q: error %v", head, err)
		}
	}
	if _, err := ReadFile(os.DevNull); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: %v", err)
	}
}

func reversed(t Table) Table {
	r := slices.Clone(t)
	slices.Reverse(r)
	return r
}

// sameBits also tells 0 from -0.
func sameBits(a, b Table) bool {
	return slices.EqualFunc(a, b, func(x, y Row) bool {
		return x == y && math.Float64bits(x.Value) == math.Float64bits(y.Value)
	})
}

func TestReadSaysWhatIsDamaged(t *testing.T) {
	row := "a,b,1,c,2,d,0.5\n"
	for _, c := range []struct{ text, where, what string }{
		{"", "x.csv:1:", "empty"},
		{"experiment,method", "x.csv:1:", "cut short"},
		{"a,b\n" + row, "x.csv:1:", "header"},
		{header + "\n" + row + "a,b,2,c,2,d,0.", "x.csv:3:", "cut short"},
		{header + "\n" + row + "a,b,2,c,2\n", "x.csv:3:", "5 fields, want 7"},
		{header + "\na,b,1,c,2,d,0.5,6\n", "x.csv:2:", "more than 7"},
		{header + "\n\n", "x.csv:2:", "1 fields"},
		{header + "\na,b,-1,c,2,d,0.5\n", "x.csv:2:", `seed "-1"`},
		{header + "\na,b,1,c,2.0,d,0.5\n", "x.csv:2:", `step "2.0"`},
		{header + "\na,b,1,c,2,d,NaN\n", "x.csv:2:", `value "NaN"`},
		{header + "\na,b,1,c,2,d,1e999\n", "x.csv:2:", `value "1e999"`},
		{header + "\na,b,1,c,2,d,0x1p3\n", "x.csv:2:", `value "0x1p3"`},
		{header + "\na,b,1,c,2,d,\n", "x.csv:2:", `value ""`},
		{header + "\na,\"b,1,c,2,d,0.5\n", "x.csv:2:", "quotes of field 2"},
		{header + "\na,\"b\"x,1,c,2,d,0.5\n", "x.csv:2:", "after the closing quote of field 2"},
		{header + "\na,,1,c,2,d,0.5\n", "x.csv:2:", "method is empty"},
		{header + "\na,b,1,\xff,2,d,0.5\n", "x.csv:2:", "not UTF-8"},
		{header + "\n" + row + "a,b,0,c,2,d,0.5\n" + row, "x.csv:4:", "already on line 2"},
		{header + "\n" + strings.Repeat("a", 5000), "x.csv:2:", "4096 bytes"},
	} {
		table, err := Read(strings.NewReader(c.text), "x.csv")
		if err == nil || table != nil {
			t.Errorf("%.90q: %v, error %v", c.text, table, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.where) || !strings.Contains(err.Error(), c.what) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q; want %q and %q", err, c.where, c.what)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	good := Row{"sine", "learned", 3, "train", 7, "mse", 1}
	for _, c := range []struct {
		change func(*Row)
		what   string
	}{
		{func(r *Row) { r.Value = math.NaN() }, "sine, learned, seed 3, train, step 7, mse): value NaN"},
		{func(r *Row) { r.Value = math.Inf(-1) }, "-Inf"},
		{func(r *Row) { r.Method = "" }, "method is empty"},
		{func(r *Row) { r.Metric = "NaN" }, "metric is NaN"},
		{func(r *Row) { r.Task = "a\nb" }, "control character"},
		{func(r *Row) { r.Task = strings.Repeat("x", 201) }, "201 bytes"},
		{func(r *Row) { r.Value = 2; r.Seed = 4 }, "measured twice: 1 and 2"},
	} {
		bad := good
		c.change(&bad)
		second := good
		second.Seed = 4
		var b bytes.Buffer
		err := Table{second, bad}.Write(&b)
		if err == nil || !strings.Contains(err.Error(), c.what) || b.Len() > 0 {
			t.Errorf("error %v after %d bytes; want %q and nothing written", err, b.Len(), c.what)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sine.csv")
	if err := tricky.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	bad := Table{{"sine", "learned", 3, "train", 7, "mse", math.NaN()}}
	if err := bad.WriteFile(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("writing NaN: error %v", err)
	}
	got, err := ReadFile(path) // the old file, untouched
	if err != nil || !sameBits(got, tricky.Sorted()) {
		t.Errorf("read %v, %v", got, err)
	}
	if _, err := ReadFile(filepath.Join(dir, "absent.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	onlyFile(t, dir, "sine.csv")
}

func onlyFile(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder holds %v (%v), want only %s", entries, err, name)
	}
}

func TestWriteFileAtomicLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write := func(text string, then func() error) error {
		return WriteFileAtomic(path, func(w io.Writer) error {
			io.WriteString(w, text)
			return then()
		})
	}
	if err := write("old", func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := write("half", func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	func() {
		defer func() { _ = recover() }()
		_ = write("half", func() error { panic("writer") })
	}()
	if text, err := os.ReadFile(path); string(text) != "old" {
		t.Errorf("file holds %q (%v)", text, err)
	}
	onlyFile(t, dir, "f")
	if err := WriteFileAtomic(filepath.Join(dir, "absent", "f"), func(io.Writer) error { return nil }); err == nil {
		t.Error("wrote into a folder that does not exist")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// FuzzRead: what is accepted is written, and what was written reads and writes
// as itself.
func FuzzRead(f *testing.F) {
	f.Add(trickyFile)
	f.Add(header + "\n")
	f.Add(header + "\na,b,1,c,2,d,0.5\na,b,1,c,2,d,0.5\n")
	f.Add(header + "\na,\"b\"\"\",1,c,+2,d,-.5e3\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := Read(strings.NewReader(text), "f")
		if err != nil {
			if table != nil || !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("%v with error %q", table, err)
			}
			return
		}
		var b bytes.Buffer
		if err := table.Write(&b); err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := Read(bytes.NewReader(b.Bytes()), "f")
		if err != nil || !sameBits(again, table.Sorted()) {
			t.Fatalf("%v\nread again: %v, %v", table, again, err)
		}
		back, err := FromFrame(ToFrame(table))
		if len(table) > 0 && (err != nil || !sameBits(back, again)) {
			t.Fatalf("%v\nthrough a dataframe: %v, %v", table, back, err)
		}
	})
}

// TestTooLarge: what a file cannot hold is neither written nor read.
func TestTooLarge(t *testing.T) {
	large := make(Table, maxRows+1)
	for i := range large {
		large[i] = Row{"e", "m", uint64(i), "a=b", 0, "x", 1}
	}
	if err := large.Write(io.Discard); err == nil || !strings.Contains(err.Error(), "500001 rows") {
		t.Errorf("writing: %v", err)
	}
	var b strings.Builder
	if err := large[:maxRows].Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if back, err := Read(strings.NewReader(text), "x.csv"); err != nil || len(back) != maxRows {
		t.Errorf("%d rows read, error %v", len(back), err)
	}
	text += "e,m,1,a=b,1,x,1.0\n"
	if _, err := Read(strings.NewReader(text), "x.csv"); err == nil || !strings.Contains(err.Error(), "x.csv:500002: more than 500000 rows") {
		t.Errorf("reading: %v", err)
	}
}
