package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// decode reads one JSON value that has nothing the reader does not know and no
// key twice: encoding/json would leave out the one and merge the other.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows after its end")
	}
	d = json.NewDecoder(bytes.NewReader(data))
	return unique(d, 0)
}

// maxNesting bounds the recursion; what is read here is nested 6 deep.
const maxNesting = 100

// unique reads a value and reports a key that an object has twice. Case does not
// distinguish keys, as it does not for encoding/json.
func unique(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth > maxNesting {
		return fmt.Errorf("nested deeper than %d", maxNesting)
	}
	keys := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name := strings.ToLower(fmt.Sprint(key))
			if keys[name] {
				return fmt.Errorf("the key %q is there twice", Clip(name))
			}
			keys[name] = true
		}
		if err := unique(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
