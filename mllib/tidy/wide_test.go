package tidy

import (
	"math"
	"strings"
	"testing"
)

// What a file of curves must be, and what is said when it is not.
func TestWide(t *testing.T) {
	single := Wide{Step: "at", Column: "x"}
	rows, err := single.Read(strings.NewReader("x,at,y\n1.5,0,9\n2.5,10,9\n"))
	if err != nil || len(rows) != 2 || rows[1].Step != 10 || rows[1].Value != 2.5 || rows[1].Seed != 0 {
		t.Errorf("%v, %v", rows, err)
	}
	numbered := Wide{Column: "s#", Index: func(at float64) int { return 7 + int(at) }}
	rows, err = numbered.Read(strings.NewReader("s0,s3,sx\n1,2,a\n3,4,b\n"))
	if err != nil || len(rows) != 4 || rows[3].Seed != 3 || rows[3].Value != 4 || rows[3].Step != 8 {
		t.Errorf("%v, %v", rows, err)
	}
	for content, want := range map[string]string{
		"": "no data", "at,x\n": "no data", "a,x\n1,2\n": "no columns", "at,b\n1,2\n": "no columns", "at,x\n1,two\n": `line 2: x "two"`,
		"at,x\n1\n": "wrong number of fields", "at,x\n1,NaN\n": "NaN", "at,x\n1,Inf\n": "Inf", "at,x\n1e99,2\n": `line 2: at "1e99"`,
	} {
		if _, err := single.Read(strings.NewReader(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", content, err, want)
		}
	}
}

func FuzzWide(f *testing.F) {
	f.Add("theta,meta_loss,mse_half\n-7.0,1,2\n-6.9,3,4\n")
	f.Add("theta,meta_loss,mse_half\n-7.0,1\n")
	f.Add("theta,meta_loss,mse_half\n1,NaN,2\n")
	f.Add("a,b,c\n")
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := Wide{Step: "theta", Column: "meta_loss", Index: func(at float64) int { return int(10 * at) }}.Read(strings.NewReader(s))
		for _, r := range rows {
			if err == nil && (math.IsNaN(r.Value) || math.IsInf(r.Value, 0)) {
				t.Errorf("accepted %v", r)
			}
		}
	})
}
