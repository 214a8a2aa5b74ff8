package random

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ml3/mllib/files"
)

// Bounds of a seed file; beyond them something other than seeds was opened.
const (
	maxSeeds = 10_000
	maxLine  = 1024    // bytes
	maxBytes = 4 << 20 // of a file, remarks included
)

// ReadSeeds reads a seed file: the header "seed", then one unsigned decimal
// number (at most 2⁶⁴−1) a line. Blank lines and lines that begin with # are
// skipped; a byte-order mark and quotes, as spreadsheet programs and R write them,
// are accepted. What is no regular file is an error. A file that is malformed, holds a seed twice, none, or more than
// ten thousand gives an error that names file and line and says what to do.
func ReadSeeds(path string) ([]uint64, error) {
	f, err := files.Open(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("seeds: %w", err)
	}
	defer f.Close()
	return parseSeeds(f, path)
}

// parseSeeds reads a seed file from r; name is what errors call it.
func parseSeeds(r io.Reader, name string) ([]uint64, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	var seeds []uint64
	firstLine := map[uint64]int{}
	header, n := false, 0
	for lines.Scan() {
		n++
		text := lines.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		text = unquote(strings.TrimSpace(text))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if !header {
			if text != "seed" {
				return nil, fmt.Errorf("%s:%d: found %q where the header belongs; the first line must be: seed", name, n, clip(text))
			}
			header = true
			continue
		}
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %q is no seed; write one whole number from 0 to 18446744073709551615 on the line", name, n, clip(text))
		}
		if before, twice := firstLine[seed]; twice {
			return nil, fmt.Errorf("%s:%d: seed %d is already on line %d; remove one of the two", name, n, seed, before)
		}
		firstLine[seed] = n
		seeds = append(seeds, seed)
		if len(seeds) > maxSeeds {
			return nil, fmt.Errorf("%s:%d: more than %d seeds; split the file", name, n, maxSeeds)
		}
	}
	if err := checkEnd(lines.Err(), name, n, header, len(seeds)); err != nil {
		return nil, err
	}
	return seeds, nil
}

// unquote returns what is between double quotes, or s if it is not in quotes.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// checkEnd judges how the reading of a seed file ended after n lines.
func checkEnd(err error, name string, n int, header bool, seeds int) error {
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s:%d: a line of more than %d bytes; this is no seed file, write one number a line", name, n+1, maxLine)
	case err != nil:
		return fmt.Errorf("%s:%d: %w", name, n+1, err)
	case !header:
		return fmt.Errorf("%s:1: the file is empty; begin it with the line: seed", name)
	case seeds == 0:
		return fmt.Errorf("%s:%d: no seed after the header; add at least one number on a line of its own", name, n)
	}
	return nil
}

// clip shortens what an error quotes.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
