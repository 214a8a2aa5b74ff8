package notebook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-zeromq/zmq4"
)

// delimiter stands between the routing identities and the message proper.
const delimiter = "<IDS|MSG>"

// header identifies a message; field names as in the protocol.
type header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// message is one message of the Jupyter protocol.
type message struct {
	header  header
	parent  header
	content json.RawMessage
}

// newID returns 16 random bytes in hexadecimal.
func newID() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// encode makes a signed wire message of the given type and content.
func encode(key []byte, session, id, msgType string, content any) (zmq4.Msg, error) {
	h := header{
		ID: id, Session: session, Username: "ml3", Type: msgType, Version: "5.4",
		Date: time.Now().UTC().Format(time.RFC3339Nano),
	}
	head, err := json.Marshal(h)
	if err != nil {
		return zmq4.Msg{}, err
	}
	body, err := json.Marshal(content)
	if err != nil {
		return zmq4.Msg{}, err
	}
	parts := [][]byte{head, []byte("{}"), []byte("{}"), body}
	frames := append([][]byte{[]byte(delimiter), sign(key, parts)}, parts...)
	return zmq4.NewMsgFrom(frames...), nil
}

// decode checks the signature of a wire message and parses it.
func decode(key []byte, wire zmq4.Msg) (message, error) {
	frames := wire.Frames
	for len(frames) > 0 && string(frames[0]) != delimiter {
		frames = frames[1:]
	}
	if len(frames) < 6 {
		return message{}, fmt.Errorf("kernel message of %d frames, want a delimiter and 5 more", len(wire.Frames))
	}
	parts := frames[2:6]
	if !hmac.Equal(frames[1], sign(key, parts)) {
		return message{}, fmt.Errorf("kernel message with a wrong signature")
	}
	m := message{content: json.RawMessage(parts[3])}
	if err := json.Unmarshal(parts[0], &m.header); err != nil {
		return message{}, fmt.Errorf("header of a kernel message: %w", err)
	}
	if err := json.Unmarshal(parts[1], &m.parent); err != nil {
		return message{}, fmt.Errorf("parent header of a kernel message: %w", err)
	}
	return m, nil
}

// sign returns the hexadecimal HMAC-SHA256 of the four parts of a message.
func sign(key []byte, parts [][]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}
