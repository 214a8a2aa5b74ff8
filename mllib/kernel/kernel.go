// Package kernel holds the inner loops: matrix products and elementwise
// functions over dense row-major float64 slices.
//
// There are three paths: AVX-512 and AVX2+FMA assembly on amd64, chosen once by
// what processor and operating system offer, and portable Go (always with the
// build tag noasm, or on another architecture). All three give the same bits:
// vectors run across outputs, never along a sum, every sum has a fixed order,
// and the portable code does the same operations in the same order, with
// math.FMA where the assembly fuses. Only the sign and payload of a NaN are not
// specified. Functions allocate nothing and keep no state.
package kernel

//go:generate go run ./gen

// Features names the path in use: "avx512", "avx2" or "portable".
func Features() string {
	return [...]string{portable: "portable", withAVX2: "avx2", withAVX512: "avx512"}[active]
}
