package notebook

import (
	"strings"
	"testing"
)

// TestSign compares with test case 2 of RFC 4231, split into four parts.
func TestSign(t *testing.T) {
	parts := [][]byte{[]byte("what do "), []byte("ya want "), []byte("for "), []byte("nothing?")}
	want := "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if got := string(sign([]byte("Jefe"), parts)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDecode(t *testing.T) {
	key := []byte("secret")
	wire, err := encode(key, "session", "id", "execute_request", map[string]string{"code": "1 < 2"})
	if err != nil {
		t.Fatal(err)
	}
	wire.Frames = append([][]byte{[]byte("route")}, wire.Frames...)
	m, err := decode(key, wire)
	if err != nil {
		t.Fatal(err)
	}
	if m.header.ID != "id" || m.header.Type != "execute_request" || !strings.Contains(string(m.content), "code") {
		t.Errorf("got %+v", m)
	}
	if _, err := decode([]byte("other"), wire); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Errorf("another key: got error %v", err)
	}
	wire.Frames[6] = []byte(`{"code":"rm"}`)
	if _, err := decode(key, wire); err == nil || !strings.Contains(err.Error(), "signature") {
		t.Errorf("changed content: got error %v", err)
	}
	wire.Frames = wire.Frames[:4]
	if _, err := decode(key, wire); err == nil || !strings.Contains(err.Error(), "frames") {
		t.Errorf("short message: got error %v", err)
	}
}
