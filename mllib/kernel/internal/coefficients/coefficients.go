// Package coefficients holds the numbers of the approximations in package
// kernel. The Go code and the generator of the assembly read the same ones.
//
// The polynomials are minimax: found with Remez's exchange algorithm in 300-bit
// arithmetic, then rounded. The bound beside each is that of the relative error
// of the whole formula before rounding.
package coefficients

const (
	// Magic is 1.5·2⁵²: x + Magic is x rounded to an integer, which then stands
	// in the low bits.
	Magic = 0x1.8p52

	Log2E = 0x1.71547652b82fep+0  // 1/ln 2
	Ln2Hi = 0x1.62e42fefa39efp-1  // ln 2 rounded
	Ln2Lo = 0x1.abc9e3b39803fp-56 // ln 2 − Ln2Hi

	Ln2Short = 0x1.62e42fee00000p-1  // the first 32 bits of ln 2: k·Ln2Short is exact
	Ln2Rest  = 0x1.a39ef35793c76p-33 // ln 2 − Ln2Short

	TwoOverPi = 0x1.45f306dc9c883p-1
	PiHalf1   = 0x1.921fb54442d18p+0 // π/2 = PiHalf1 + PiHalf2 + PiHalf3, each rounded
	PiHalf2   = 0x1.1a62633145c07p-54
	PiHalf3   = -0x1.f1976b7ed8fbcp-110

	ExpMax   = 710  // e⁷¹⁰ overflows
	ExpMin   = -746 // e⁻⁷⁴⁶ rounds to 0
	Expm1Min = -40  // e⁻⁴⁰ − 1 rounds to −1
	TrigMax  = 1e5  // below, three parts of π/2 are enough
)

// Exp: eʳ − 1 = r + r²·P(r) for |r| ≤ ln(2)/2; 2⁻⁶⁰.
var Exp = [...]float64{
	0x1.0000000000000p-1,
	0x1.5555555555559p-3,
	0x1.555555555555ap-5,
	0x1.111111110f6b0p-7,
	0x1.6c16c16c14462p-10,
	0x1.a01a01afe4b37p-13,
	0x1.a01a01b0b11c4p-16,
	0x1.71ddf854eb8c2p-19,
	0x1.27e4c5ae3cb46p-22,
	0x1.af5ebc7c78bddp-26,
	0x1.1f954de088553p-29,
}

// Log1p: atanh(u) = u + u³·P(u²) for |u| ≤ 1/3; 2⁻⁵⁹.
var Log1p = [...]float64{
	0x1.5555555555535p-2,
	0x1.99999999a085ap-3,
	0x1.2492492084980p-3,
	0x1.c71c741ffe562p-4,
	0x1.745cb38b0493cp-4,
	0x1.3b1de48f634a3p-4,
	0x1.1067554edfd3ep-4,
	0x1.efdebe48def64p-5,
	0x1.5596c619fd5bfp-5,
	0x1.5c8f9d7718c65p-4,
}

// Log: 2·atanh(s) = 2s + s³·P(s²) for |s| ≤ (√2−1)/(√2+1); 2⁻⁵⁸.
var Log = [...]float64{
	0x1.5555555555593p-1,
	0x1.999999997fc9dp-2,
	0x1.2492494201ee0p-2,
	0x1.c71c51fad0a44p-3,
	0x1.74664211e6990p-3,
	0x1.39a164bfca77fp-3,
	0x1.2f08f037b43c6p-3,
}

// Sin: sin r = r + r³·P(r²) for |r| ≤ π/4; 2⁻⁵⁸.
var Sin = [...]float64{
	-0x1.5555555555549p-3,
	0x1.111111110f861p-7,
	-0x1.a01a019c0e496p-13,
	0x1.71de3574b87abp-19,
	-0x1.ae5e63cc4e3e2p-26,
	0x1.5d924680b54d2p-33,
}

// Cos: cos r = 1 − r²/2 + r⁴·P(r²) for |r| ≤ π/4; 2⁻⁶⁴.
var Cos = [...]float64{
	0x1.555555555554cp-5,
	-0x1.6c16c16c15162p-10,
	0x1.a01a019caef44p-16,
	-0x1.27e4f807d6c74p-22,
	0x1.1ee9ea6d344fbp-29,
	-0x1.8fadd0abc3e7ep-37,
}

// TwoOverPiBits are the first 1216 binary digits of 2/π behind the point, after
// one word of zeros.
var TwoOverPiBits = [...]uint64{
	0,
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
	0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
}
