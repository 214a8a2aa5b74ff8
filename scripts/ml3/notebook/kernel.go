package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/go-zeromq/zmq4"
)

// startLimit bounds the time a kernel may take until it answers, stopGrace
// the time it may take to end by itself.
const (
	startLimit = 60 * time.Second
	stopGrace  = 3 * time.Second
)

// Kernel is a running GoNB process and the connection to it.
type Kernel struct {
	language map[string]any // what the kernel says about its language

	cmd       *exec.Cmd
	log       *tail
	dir       string // connection file, sockets, the kernel's temporary files
	key       []byte
	session   string
	shell     zmq4.Socket
	control   zmq4.Socket
	iopub     zmq4.Socket
	hangUp    context.CancelFunc
	replies   chan message
	published chan message
	exited    chan struct{} // closed when the process has ended
}

// connection is the file that tells a kernel where to listen.
type connection struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Control   int    `json:"control_port"`
	Heartbeat int    `json:"hb_port"`
	Key       string `json:"key"`
	Scheme    string `json:"signature_scheme"`
}

// Start runs a kernel in the folder workDir whose cells can import the module
// in the folder root. Close must be called in the end.
func Start(ctx context.Context, tools Tools, root, workDir string) (*Kernel, error) {
	dir, err := os.MkdirTemp("", "ml3-kernel-")
	if err != nil {
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	k := &Kernel{
		dir: dir, key: []byte(newID()), session: newID(), log: &tail{},
		replies: make(chan message, 16), published: make(chan message, 256),
		exited: make(chan struct{}),
	}
	if err := k.spawn(tools, root, workDir); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	if err := k.connect(ctx); err != nil {
		k.Close()
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	return k, nil
}

// spawn writes the connection file and starts the process.
func (k *Kernel) spawn(tools Tools, root, workDir string) error {
	// Unix sockets k-1 … k-5: no port that another process could take first.
	conn, err := json.Marshal(connection{
		Transport: "ipc", IP: filepath.Join(k.dir, "k"),
		Shell: 1, IOPub: 2, Stdin: 3, Control: 4, Heartbeat: 5,
		Key: string(k.key), Scheme: "hmac-sha256",
	})
	if err != nil {
		return err
	}
	file := filepath.Join(k.dir, "kernel-"+k.session+".json")
	if err := os.WriteFile(file, conn, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(tools.GoNB, "-kernel", file, "-raw_error", "-go_work", root)
	cmd.Dir, cmd.Env = workDir, tools.environment(k.dir)
	cmd.Stdout, cmd.Stderr = k.log, k.log
	cmd.WaitDelay = stopGrace
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	k.cmd = cmd
	go func() {
		cmd.Wait()
		close(k.exited)
	}()
	return nil
}

// connect opens the sockets and waits until the kernel answers and its
// publications arrive.
func (k *Kernel) connect(ctx context.Context) error {
	life, hangUp := context.WithCancel(context.Background())
	k.hangUp = hangUp
	retry := []zmq4.Option{zmq4.WithDialerRetry(20 * time.Millisecond), zmq4.WithDialerMaxRetries(-1)}
	k.shell, k.control, k.iopub = zmq4.NewDealer(life, retry...), zmq4.NewDealer(life, retry...), zmq4.NewSub(life, retry...)

	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	dialled := make(chan error, 1)
	go func() { dialled <- k.dial() }()
	select {
	case err := <-dialled:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return fmt.Errorf("no connection: %w; %s", ctx.Err(), k.log)
	case <-k.exited:
		return k.died()
	}
	go k.receive(k.shell, k.replies)
	go k.receive(k.iopub, k.published)
	return k.handshake(ctx)
}

// dial connects the three sockets.
func (k *Kernel) dial() error {
	address := "ipc://" + filepath.Join(k.dir, "k")
	return errors.Join(
		k.shell.Dial(address+"-1"),
		k.iopub.Dial(address+"-2"),
		k.iopub.SetOption(zmq4.OptionSubscribe, ""),
		k.control.Dial(address+"-4"))
}

// handshake asks for the kernel's description until the answer comes together
// with a publication: only then is the subscription in force.
func (k *Kernel) handshake(ctx context.Context) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		reply, err := k.request(attempt, newID(), "kernel_info_request", map[string]any{}, func(message) {})
		cancel()
		switch {
		case err == nil:
			var info struct {
				Language map[string]any `json:"language_info"`
			}
			if err := json.Unmarshal(reply.content, &info); err != nil {
				return fmt.Errorf("kernel_info_reply: %w", err)
			}
			k.language = info.Language
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("no answer: %w; %s", ctx.Err(), k.log)
		case !errors.Is(err, context.DeadlineExceeded):
			return err
		}
	}
}

// request sends a request under the given id and waits for both its reply and the kernel's being
// idle again. Everything published meanwhile goes to handle.
func (k *Kernel) request(ctx context.Context, id, msgType string, content any, handle func(message)) (message, error) {
	wire, err := encode(k.key, k.session, id, msgType, content)
	if err != nil {
		return message{}, err
	}
	if err := k.shell.SendMulti(wire); err != nil {
		return message{}, fmt.Errorf("sending %s: %w", msgType, err)
	}
	var reply message
	for idle, replied := false, false; !idle || !replied; {
		select {
		case m := <-k.published:
			if m.parent.ID == id && m.isIdle() {
				idle = true
			}
			handle(m)
		case m := <-k.replies:
			if m.parent.ID == id {
				reply, replied = m, true
			}
		case <-ctx.Done():
			return message{}, ctx.Err()
		case <-k.exited:
			return message{}, k.died()
		}
	}
	return reply, nil
}

// isIdle says whether the kernel tells that it has finished a request.
func (m message) isIdle() bool {
	var status struct {
		State string `json:"execution_state"`
	}
	return m.header.Type == "status" && json.Unmarshal(m.content, &status) == nil && status.State == "idle"
}

// receive forwards the messages of a socket until it is closed; what is
// damaged or not signed by the kernel is dropped.
func (k *Kernel) receive(s zmq4.Socket, to chan<- message) {
	for {
		wire, err := s.Recv()
		if err != nil {
			return
		}
		m, err := decode(k.key, wire)
		if err != nil {
			continue
		}
		select {
		case to <- m:
		case <-k.exited:
			return
		}
	}
}

// died describes a kernel that ended by itself.
func (k *Kernel) died() error {
	return fmt.Errorf("the kernel ended: %s; %s", k.cmd.ProcessState, k.log)
}

// Close ends the kernel and everything it has started, and removes its
// temporary files.
func (k *Kernel) Close() {
	select {
	case <-k.exited:
	default:
		if wire, err := encode(k.key, k.session, newID(), "shutdown_request", map[string]any{"restart": false}); err == nil && k.control != nil {
			go k.control.SendMulti(wire)
		}
		select {
		case <-k.exited:
		case <-time.After(stopGrace):
		}
	}
	killGroup(k.cmd)
	<-k.exited
	if k.hangUp != nil {
		k.hangUp()
	}
	os.RemoveAll(k.dir)
}
