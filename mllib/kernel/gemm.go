package kernel

import (
	"fmt"
	"math"
)

// Gemm sets c = op(a)·op(b), c [m, n], op(a) [m, k], op(b) [k, n]. With ta, a is
// stored [k, m]; with tb, b is stored [n, k]. Every c[i,j] is one chain of fused
// multiply-adds over p = 0..k-1 in this order, starting from 0, so it does not
// depend on the path in use. c must not overlap a or b. Slices may be longer
// than their matrices; what lies behind is neither read nor written.
func Gemm(ta, tb bool, m, n, k int, a, b, c []float64) {
	checkGemm("Gemm", m, n, k, a, b, c)
	a, b, c = a[:m*k], b[:k*n], c[:m*n]
	if m == 1 && !tb && eachAsm(1, n, k, a, b, c) {
		return
	}
	if !gemmAsm(ta, tb, m, n, k, a, b, c, false, nil) {
		clear(c)
		gemmGo(ta, tb, m, n, k, a, b, c)
	}
}

// GemmAdd is Gemm with the chains starting from the old c.
func GemmAdd(ta, tb bool, m, n, k int, a, b, c []float64) {
	checkGemm("GemmAdd", m, n, k, a, b, c)
	a, b, c = a[:m*k], b[:k*n], c[:m*n]
	if !gemmAsm(ta, tb, m, n, k, a, b, c, true, nil) {
		gemmGo(ta, tb, m, n, k, a, b, c)
	}
}

// Then says what becomes of the entries of a product: Row is added, then negative
// ones are made 0 or those are kept whose place in Mask is positive. The bits are
// those of AddRow, ReLU and MaskPos after Gemm; what is saved is their passes over
// memory.
type Then struct {
	Row  []float64 // [n], or nil
	ReLU bool
	Mask []float64 // [m, n], or nil; not together with ReLU
}

// GemmThen is Gemm with the entries changed as t says before they are written.
func GemmThen(ta, tb bool, m, n, k int, a, b, c []float64, t Then) {
	checkGemm("GemmThen", m, n, k, a, b, c)
	if t.Row != nil && len(t.Row) < n || t.Mask != nil && len(t.Mask) < entries(m, n) || t.ReLU && t.Mask != nil {
		panic(fmt.Sprintf("kernel: GemmThen to [%d, %d]: len(Row) = %d, len(Mask) = %d, ReLU %v", m, n, len(t.Row), len(t.Mask), t.ReLU))
	}
	a, b, c = a[:m*k], b[:k*n], c[:m*n]
	if !gemmAsm(ta, tb, m, n, k, a, b, c, false, &t) {
		clear(c)
		gemmGo(ta, tb, m, n, k, a, b, c)
		t.apply(m, n, c)
	}
}

// apply changes the entries of c [m, n] after they have been written.
func (t *Then) apply(m, n int, c []float64) {
	if t == nil {
		return
	}
	if t.Row != nil {
		AddRow(m, n, c, c, t.Row)
	}
	if t.ReLU {
		ReLU(c, c)
	}
	if t.Mask != nil {
		MaskPos(c, c, t.Mask[:m*n])
	}
}

func checkGemm(name string, m, n, k int, a, b, c []float64) {
	if m < 0 || n < 0 || k < 0 || len(a) < entries(m, k) || len(b) < entries(k, n) || len(c) < entries(m, n) {
		panicGemm(name, m, n, k, len(a), len(b), len(c))
	}
}

//go:noinline
func panicGemm(name string, m, n, k, la, lb, lc int) {
	what := fmt.Sprintf("kernel: %s of [%d, %d]·[%d, %d]", name, m, k, k, n)
	for _, x := range []struct {
		name      string
		have, min int
	}{{"a", la, entries(m, k)}, {"b", lb, entries(k, n)}, {"c", lc, entries(m, n)}} {
		if m >= 0 && n >= 0 && k >= 0 && x.have < x.min {
			panic(fmt.Sprintf("%s: len(%s) = %d, want %d", what, x.name, x.have, x.min))
		}
	}
	panic(what + ": negative size")
}

// gemmGo is the portable GemmAdd: the same chains, row by row of c, with p in
// the middle loop where b is stored row-major and inside where it is not.
func gemmGo(ta, tb bool, m, n, k int, a, b, c []float64) {
	si, sp := k, 1
	if ta {
		si, sp = 1, m
	}
	for i := range m {
		row := c[i*n:][:n]
		if !tb {
			for p := range k {
				axpy(row, a[i*si+p*sp], b[p*n:][:n])
			}
			continue
		}
		for j := range row {
			s := row[j]
			for p, y := range b[j*k:][:k] {
				s = math.FMA(a[i*si+p*sp], y, s)
			}
			row[j] = s
		}
	}
}

// axpy adds x·b to c, one fused multiply-add each.
func axpy(c []float64, x float64, b []float64) {
	for j, y := range b {
		c[j] = math.FMA(x, y, c[j])
	}
}
