package paper

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestDump(t *testing.T) {
	for _, f := range strings.Fields(os.Getenv("DUMP")) {
		name, list, _ := strings.Cut(f, ":")
		e, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		var seeds []uint64
		for s := range strings.SplitSeq(list, ",") {
			n, _ := strconv.Atoi(s)
			seeds = append(seeds, uint64(n))
		}
		out, err := RunAll(context.Background(), e.Paper, seeds, Options{Data: os.Getenv("DATA"), Jobs: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Rows.WriteFile("/tmp/new/" + name + ".csv"); err != nil {
			t.Fatal(err)
		}
		if err := out.Pictures.WriteFile("/tmp/new/" + name + ".pictures.csv"); err != nil {
			t.Fatal(err)
		}
	}
}
