package digits

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Magic numbers of the IDX format (http://yann.lecun.com/exdb/mnist): two zero
// bytes, 8 for unsigned bytes, the number of dimensions. All numbers are
// big-endian uint32.
const (
	magicLabels = 0x0801
	magicImages = 0x0803
)

// firstRead bounds what is allocated before a file has shown that it holds
// something: a header alone cannot claim memory.
const firstRead = 1 << 20

// readIDX reads an IDX file of at most max items to its end: pictures of
// 28×28 bytes or labels 0 to 9, as magic says. It returns the items' bytes.
func readIDX(r io.Reader, magic uint32, max int) ([]byte, error) {
	count, err := readHeader(r, magic)
	if err != nil {
		return nil, err
	}
	item := 1
	if magic == magicImages {
		item = Size
	}
	if int64(count) > int64(max) {
		return nil, fmt.Errorf("its header announces %d items, more than the %d allowed", count, max)
	}
	body, err := readExactly(r, int(count)*item)
	if err != nil {
		return nil, fmt.Errorf("truncated: %d of %d bytes after the header: %w", len(body), int(count)*item, err)
	}
	if n, err := io.ReadFull(r, make([]byte, 1)); n != 0 {
		return nil, fmt.Errorf("bytes follow the %d items that its header announces", count)
	} else if err != io.EOF {
		return nil, fmt.Errorf("damaged at its end: %w", err)
	}
	if magic == magicLabels {
		for i, l := range body {
			if l > 9 {
				return nil, fmt.Errorf("label %d of item %d is not a digit", l, i)
			}
		}
	}
	return body, nil
}

// readHeader checks magic number and picture size and returns the item count.
func readHeader(r io.Reader, magic uint32) (count uint32, err error) {
	words := make([]uint32, 2) // magic number and count
	if magic == magicImages {
		words = make([]uint32, 4) // and height and width
	}
	header := make([]byte, 4*len(words))
	if n, err := io.ReadFull(r, header); err != nil {
		return 0, fmt.Errorf("truncated: %d of %d header bytes: %w", n, len(header), err)
	}
	for i := range words {
		words[i] = binary.BigEndian.Uint32(header[4*i:])
	}
	if words[0] != magic {
		return 0, fmt.Errorf("magic number %#08x, want %#08x", words[0], magic)
	}
	if len(words) == 4 && (words[2] != Side || words[3] != Side) {
		return 0, fmt.Errorf("pictures of %d×%d pixels, want %d×%d", words[2], words[3], Side, Side)
	}
	return words[1], nil
}

// readExactly reads n bytes, or as many as there are and an error.
func readExactly(r io.Reader, n int) ([]byte, error) {
	body := make([]byte, min(n, firstRead))
	got, err := io.ReadFull(r, body)
	if err == nil && n > got {
		body = append(make([]byte, 0, n), body...)[:n]
		var more int
		more, err = io.ReadFull(r, body[got:])
		got += more
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return body[:got], err
}

// unpack returns r decompressed if it starts as gzip does, else r itself.
func unpack(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	start, err := buffered.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	return gzip.NewReader(buffered)
}
