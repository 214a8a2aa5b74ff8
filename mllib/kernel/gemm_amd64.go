//go:build !noasm

package kernel

// product is one GEMM as the assembly sees it: rows of a are broadcast, rows of
// b are loaded as vectors (after a transposition if b is stored [n, k]).
type product struct {
	m, n, k  int
	a, b, c  []float64
	asi, asp int   // a[i,p] = a[i·asi + p·asp]
	tb       bool  // b is stored [n, k]
	add      bool  // start from the old c
	then     *Then // or nil
}

// Modes of writing a tile, as in the generator.
const (
	plain = iota
	withReLU
	withMask
)

// blockDepth bounds k of one call, so that a panel of b stays in the first
// cache; packedDepth does it for a panel transposed onto the stack and is
// known to the generator.
const (
	blockDepth  = 192
	packedDepth = 128
)

// tiling says how c is cut: heights[nv] rows of nv vectors fit into the
// registers; widths[m] is the number of vectors with which few rows keep both
// multipliers busy.
type tiling struct {
	first   int // of its functions, see call
	lanes   int
	heights [9]int
	widths  [12]int
}

var (
	tiling512 = tiling{0, 8, [9]int{1: 8, 2: 10, 3: 8, 4: 6, 5: 5, 6: 4, 7: 3, 8: 2}, [12]int{0, 8, 8, 7, 6, 5, 4, 3, 3, 2, 2, 3}}
	tiling2   = tiling{firstAVX2, 4, [9]int{1: 8, 2: 6, 3: 4, 4: 2, 5: 2, 6: 1, 7: 1, 8: 1}, [12]int{0, 8, 5, 3, 3, 2, 2, 3, 3, 3, 3, 3}}
)

// firstAVX2 is where the functions of AVX2 begin in a list of all.
const firstAVX2 = 8

// restRows and restDepth are the least m and k for which the last columns get a
// panel of their own: fewer do not keep the multipliers busy.
const restRows, restDepth = 4, 8

// gemmAsm computes the product in assembly, or returns false if there is none.
func gemmAsm(ta, tb bool, m, n, k int, a, b, c []float64, add bool, then *Then) bool {
	if active == portable {
		return false
	}
	if m == 0 || n == 0 {
		return true
	}
	if k == 0 {
		if !add {
			clear(c)
		}
		then.apply(m, n, c)
		return true
	}
	if then != nil && (m == 1 || n == 1) { // little is written
		gemmAsm(ta, tb, m, n, k, a, b, c, add, nil)
		then.apply(m, n, c)
		return true
	}
	if n == 1 && m > 1 { // a column is computed as a row: cᵀ = bᵀ·aᵀ
		m, n, a, b = 1, m, b, a
		ta, tb = false, !ta
	}
	g := product{m: m, n: n, k: k, a: a, b: b, c: c, asi: k, asp: 1, tb: tb && k > 1, add: add, then: then}
	if ta {
		g.asi, g.asp = 1, m
	}
	if m == 1 && g.tb {
		g.alongRows()
	}
	if g.n == 0 {
		return true
	}
	if active == withAVX512 {
		g.run(&tiling512)
	} else {
		g.run(&tiling2)
	}
	return true
}

// alongRows computes a product with a row, c = (b·aᵀ)ᵀ, but for the last n mod 4
// columns, for which it leaves g.
func (g *product) alongRows() {
	n := g.n &^ 3
	if n > 0 {
		gemv(n, g.k, &g.a[0], &g.b[0], &g.c[0], g.add)
		g.n, g.b, g.c = g.n-n, g.b[n*g.k:], g.c[n:]
	}
}

// run cuts k into blocks and the columns into panels of nearly equal width.
func (g *product) run(t *tiling) {
	depth, width := blockDepth, t.widths[min(g.m, len(t.widths)-1)]
	if g.tb {
		depth, width = packedDepth, min(width, 4)
	}
	vectors, rest := (g.n+t.lanes-1)/t.lanes, 0
	if t.lanes == 8 && g.m >= restRows && g.k >= restDepth && (g.n-1)%8 < 4 {
		// The last vector would be half empty. With the one before it, it makes
		// three vectors of AVX2, which cost less where those of AVX-512 count twice.
		rest = min(g.n, (g.n-1)%8+9)
		vectors = (g.n - rest) / t.lanes
	}
	panels, narrow, wider := min(vectors, 1), vectors, 0
	if vectors > width {
		panels = (vectors + width - 1) / width
		narrow, wider = vectors/panels, vectors%panels
	}
	for p := 0; p < g.k; p += depth {
		kb, j := min(depth, g.k-p), 0
		for i := range panels {
			nv := narrow
			if i < wider {
				nv++
			}
			cols := min(nv*t.lanes, g.n-j)
			g.panel(t, nv, p, kb, j, cols)
			j += cols
		}
		if rest > 0 {
			g.panel(&tiling2, (rest+3)/4, p, kb, j, rest)
		}
		g.add = true
	}
}

// panel computes columns j..j+cols of c for p..p+k, in tiles of equal height.
func (g *product) panel(t *tiling, nv, p, k, j, cols int) {
	h := t.heights[nv]
	if g.m <= h {
		h = g.m
	} else {
		tiles := (g.m + h - 1) / h
		h = (g.m + tiles - 1) / tiles
	}
	c := call{m: g.m, k: k, h: h, cols: cols, a: &g.a[p*g.asp], asi: 8 * g.asi, asp: 8 * g.asp,
		bs: 8 * g.n, c: &g.c[j], csi: 8 * g.n, add: g.add}
	if g.then != nil && p+k == g.k { // the last block writes what the chains end in
		c.finish(g.then, j)
	}
	if g.tb {
		c.b, c.bs = &g.b[j*g.k+p], 8*g.k
		c.packed(t, nv)
	} else {
		c.b = &g.b[p*g.n+j]
		c.plain(t, nv)
	}
}

// call is one call of the assembly: a panel of c, strides in bytes.
type call struct {
	m, k, h, cols int
	a             *float64
	asi, asp      int
	b             *float64
	bs            int
	c             *float64
	csi           int
	add           bool
	row           *float64
	mode          int
	mask          *float64
}

// finish sets what becomes of the entries of the panel from column j on.
func (p *call) finish(t *Then, j int) {
	if t.Row != nil {
		p.row = &t.Row[j]
	}
	if t.ReLU {
		p.mode = withReLU
	} else if t.Mask != nil {
		p.mode, p.mask = withMask, &t.Mask[j]
	}
}

// plain calls the function for b as it is.
func (p *call) plain(t *tiling, nv int) {
	switch t.first + nv {
	case 1:
		gemm1xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 2:
		gemm2xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 3:
		gemm3xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 4:
		gemm4xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 5:
		gemm5xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 6:
		gemm6xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 7:
		gemm7xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 8:
		gemm8xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 1:
		gemm1xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 2:
		gemm2xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 3:
		gemm3xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 4:
		gemm4xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 5:
		gemm5xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 6:
		gemm6xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 7:
		gemm7xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 8:
		gemm8xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	}
}

// packed calls the function that transposes b.
func (p *call) packed(t *tiling, nv int) {
	switch t.first + nv {
	case 1:
		gemmT1xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 2:
		gemmT2xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 3:
		gemmT3xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case 4:
		gemmT4xAVX512(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 1:
		gemmT1xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 2:
		gemmT2xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 3:
		gemmT3xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	case firstAVX2 + 4:
		gemmT4xAVX2(p.m, p.k, p.a, p.asi, p.asp, p.b, p.bs, p.c, p.csi, p.cols, p.h, p.add, p.row, p.mode, p.mask)
	}
}
