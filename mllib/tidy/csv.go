package tidy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/files"
)

// header is the first line of every file.
const header = "experiment,method,seed,task,step,metric,value"

// Bounds of a file; beyond them something other than results was opened.
const (
	maxRows  = 500_000 // so many are read, judged and drawn in half a gigabyte
	maxLine  = 4096    // bytes
	maxBytes = 1 << 28 // of a file
)

// Write writes t as CSV (RFC 4180, LF, UTF-8): a header, then the rows sorted by
// all columns. Floats have the fewest digits that read back as the same number
// and always a point or an exponent, so that no reader takes a column for
// integers. A row that Check rejects is an error and nothing is written.
func (t Table) Write(w io.Writer) error {
	if len(t) > maxRows {
		return fmt.Errorf("tidy: a table of %d rows, a file holds %d; write fewer seeds to a file", len(t), maxRows)
	}
	if err := t.Check(); err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	b.WriteString(header + "\n")
	var line []byte
	for _, r := range t.Sorted() {
		line = appendText(line[:0], r.Experiment)
		line = appendText(append(line, ','), r.Method)
		line = strconv.AppendUint(append(line, ','), r.Seed, 10)
		line = appendText(append(line, ','), r.Task)
		line = strconv.AppendInt(append(line, ','), int64(r.Step), 10)
		line = appendText(append(line, ','), r.Metric)
		line = appendFloat(append(line, ','), r.Value)
		b.Write(append(line, '\n'))
	}
	return b.Flush()
}

// WriteFile writes t to path as one whole file or not at all.
func (t Table) WriteFile(path string) error {
	return WriteFileAtomic(path, t.Write)
}

// appendText appends a field, quoted where RFC 4180 or a careless reader needs it.
func appendText(line []byte, s string) []byte {
	if !strings.ContainsAny(s, `,"`) && s == strings.TrimSpace(s) && s[0] != '#' {
		return append(line, s...)
	}
	line = append(line, '"')
	line = append(line, strings.ReplaceAll(s, `"`, `""`)...)
	return append(line, '"')
}

func appendFloat(line []byte, x float64) []byte {
	n := len(line)
	line = strconv.AppendFloat(line, x, 'g', -1, 64)
	if !slices.ContainsFunc(line[n:], func(c byte) bool { return c == '.' || c == 'e' }) {
		line = append(line, '.', '0')
	}
	return line
}

// ReadFile reads a table that WriteFile wrote, or one that a person or another
// program edited: any order of rows, CRLF, a byte-order mark and fields in quotes
// are accepted. What is no regular file is an error. Damage (another header, a missing or
// surplus field, a bad number, a key that occurs twice, a file cut short) is an
// error that names file and line.
func ReadFile(path string) (Table, error) {
	f, err := files.Open(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a table from r as ReadFile does; name is what errors call it.
func Read(r io.Reader, name string) (Table, error) {
	in := bufio.NewReaderSize(r, maxLine)
	texts := interner{}
	var t Table
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if err == io.EOF && len(line) == 0 && n > 1 {
			if err := checkTwice(t, name); err != nil {
				return nil, err
			}
			return t, nil
		}
		if err != nil {
			return nil, lineError(err, name, n)
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if n == 1 {
			if err := checkHeader(text); err != nil {
				return nil, fmt.Errorf("%s:1: %w", name, err)
			}
			continue
		}
		if len(t) == maxRows {
			return nil, fmt.Errorf("%s:%d: more than %d rows; split the file", name, n, maxRows)
		}
		row, err := parseRow(text, texts)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w; restore the file or recompute it", name, n, err)
		}
		t = append(t, row)
	}
}

// byteOrderMark begins the UTF-8 files of spreadsheet programs.
const byteOrderMark = "\ufeff"

// checkHeader accepts the header with or without a byte-order mark and quotes.
func checkHeader(line string) error {
	fields, err := splitFields(strings.TrimPrefix(line, byteOrderMark))
	if err != nil || strings.Join(fields[:], ",") != header {
		return fmt.Errorf("found the header %.80q; want %s", line, header)
	}
	return nil
}

// lineError says how reading line n failed.
func lineError(err error, name string, n int) error {
	switch {
	case err == io.EOF && n == 1:
		return fmt.Errorf("%s:1: the file is empty or cut short; restore it or recompute it", name)
	case err == io.EOF:
		return fmt.Errorf("%s:%d: the line does not end, so the file was cut short; restore it or recompute it", name, n)
	case errors.Is(err, bufio.ErrBufferFull):
		return fmt.Errorf("%s:%d: a line of more than %d bytes; this is no table of results", name, n, maxLine)
	}
	return fmt.Errorf("%s:%d: %w", name, n, err)
}

// checkTwice reports a key that occurs twice by the lines that hold it (row i is
// on line i+2).
func checkTwice(t Table, name string) error {
	increasing := true // as in every file that Write wrote
	for i := 1; i < len(t) && increasing; i++ {
		increasing = compareKeys(t[i-1], t[i]) < 0
	}
	if increasing {
		return nil
	}
	order := make([]int, len(t))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compareKeys(t[i], t[j]) })
	for k := 1; k < len(order); k++ {
		if i, j := order[k-1], order[k]; compareKeys(t[i], t[j]) == 0 {
			return fmt.Errorf("%s:%d: %s is already on line %d; remove one of the two", name, j+2, t[j].key(), i+2)
		}
	}
	return nil
}

// parseRow reads one line without its end.
func parseRow(line string, texts interner) (Row, error) {
	f, err := splitFields(line)
	if err != nil {
		return Row{}, err
	}
	seed, err := strconv.ParseUint(f[2], 10, 64)
	if err != nil {
		return Row{}, fmt.Errorf("seed %.40q is no whole number from 0 to 2^64-1", f[2])
	}
	step, err := strconv.Atoi(f[4])
	if err != nil {
		return Row{}, fmt.Errorf("step %.40q is no whole number", f[4])
	}
	value, err := strconv.ParseFloat(f[6], 64)
	if err != nil || strings.Trim(f[6], "+-.0123456789eE") != "" || math.IsInf(value, 0) {
		return Row{}, fmt.Errorf("value %.40q is no finite decimal number", f[6])
	}
	r := Row{texts.of(f[0]), texts.of(f[1]), seed, texts.of(f[3]), step, texts.of(f[5]), value}
	return r, r.check()
}

// splitFields splits a line into its seven fields by the rules of RFC 4180.
func splitFields(line string) (fields [7]string, err error) {
	for i := range fields {
		var rest string
		if quoted, ok := strings.CutPrefix(line, `"`); ok {
			if fields[i], rest, ok = unquote(quoted); !ok {
				return fields, fmt.Errorf("the quotes of field %d do not match", i+1)
			}
		} else {
			end := strings.IndexByte(line+",", ',')
			fields[i], rest = line[:end], line[end:]
		}
		last := i == len(fields)-1
		switch {
		case last && rest != "":
			return fields, fmt.Errorf("more than %d fields", len(fields))
		case !last && rest == "":
			return fields, fmt.Errorf("%d fields, want %d", i+1, len(fields))
		case !last && rest[0] != ',':
			return fields, fmt.Errorf("text after the closing quote of field %d", i+1)
		case !last:
			line = rest[1:]
		}
	}
	return fields, nil
}

// unquote reads a quoted field after its opening quote.
func unquote(s string) (field, rest string, ok bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		if s = s[i+1:]; !strings.HasPrefix(s, `"`) {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
	}
}

// interner keeps one copy of every text: a long table has few different ones.
type interner map[string]string

func (in interner) of(s string) string {
	if kept, ok := in[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	in[s] = s
	return s
}
