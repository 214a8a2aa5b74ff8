package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-zeromq/zmq4"
)

// startLimit bounds the time a kernel may take until it answers, stopGrace
// the time that its output may stay open after it has ended.
const (
	startLimit = 60 * time.Second
	stopGrace  = 3 * time.Second
)

// Kernel is a running GoNB process and the connection to it.
type Kernel struct {
	language map[string]any // what the kernel says about its language

	cmd       *exec.Cmd
	guard     *guard
	log       *tail
	dir       string // connection file, sockets, hooks, the kernel's temporary files
	hooks     hooks
	key       []byte
	session   string
	shell     zmq4.Socket
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
// in the folder root. Close must be called in the end; if this process is killed, the
// kernel and what its cells have started end, too.
func Start(ctx context.Context, tools Tools, root, workDir string) (*Kernel, error) {
	k, err := start(ctx, tools, root, workDir)
	if err != nil {
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	return k, nil
}

func start(ctx context.Context, tools Tools, root, workDir string) (*Kernel, error) {
	if strings.Contains(root, "\n") {
		return nil, fmt.Errorf("the path of the clone, %q, has a line break: go cannot compile there", root)
	}
	dir, err := newFolder()
	if err != nil {
		return nil, err
	}
	k := &Kernel{
		dir: dir, hooks: hooks{dir}, key: []byte(newID()), session: newID(), log: &tail{},
		replies: make(chan message, 16), published: make(chan message, 256),
		exited: make(chan struct{}),
	}
	if k.guard, err = startGuard(dir); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := k.spawn(tools, root, workDir); err != nil {
		k.guard.finish()
		return nil, err
	}
	if err := k.connect(ctx); err != nil {
		k.Close()
		return nil, err
	}
	if err := k.workspace(ctx, root); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// spawn writes hooks and the connection file and starts the process.
func (k *Kernel) spawn(tools Tools, root, workDir string) error {
	if err := k.hooks.write(); err != nil {
		return err
	}
	// Unix sockets k-1 … k-5: no port that another process could take first.
	conn, err := json.Marshal(connection{
		Transport: "ipc", IP: socketPrefix(k.dir),
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
	args := []string{"-kernel", file, "-raw_error"}
	if !oddPath(root) {
		args = append(args, "-go_work", root)
	}
	cmd := exec.Command(tools.GoNB, args...)
	cmd.Dir, cmd.Env = workDir, tools.environment(k.hooks)
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
	return k.guard.watch(cmd)
}

// oddPath says whether the kernel would take a path for several, or for one of Windows.
func oddPath(root string) bool { return strings.ContainsAny(root, `,\`) }

// workspace does for a clone with an odd path what the kernel's flag -go_work does for
// others.
func (k *Kernel) workspace(ctx context.Context, root string) error {
	if !oddPath(root) {
		return nil
	}
	modules, err := filepath.Glob(filepath.Join(k.dir, "gonb_*", "go.mod"))
	if err != nil || len(modules) != 1 {
		return fmt.Errorf("%d modules of the kernel in %s, want 1 (%v)", len(modules), k.dir, err)
	}
	var said tail
	cmd := exec.CommandContext(ctx, "go", "work", "init", ".", root)
	cmd.Dir, cmd.Env = filepath.Dir(modules[0]), k.cmd.Env
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := runGroup(ctx, cmd); err != nil {
		return fmt.Errorf("go work init: %w; %s", err, &said)
	}
	return nil
}

// connect opens the sockets and waits until the kernel answers and its
// publications arrive.
func (k *Kernel) connect(ctx context.Context) error {
	life, hangUp := context.WithCancel(context.Background())
	k.hangUp = hangUp
	retry := []zmq4.Option{zmq4.WithDialerRetry(20 * time.Millisecond), zmq4.WithDialerMaxRetries(-1)}
	k.shell, k.iopub = zmq4.NewDealer(life, retry...), zmq4.NewSub(life, retry...)

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

// dial connects the sockets.
func (k *Kernel) dial() error {
	address := "ipc://" + socketPrefix(k.dir)
	return errors.Join(
		k.shell.Dial(address+"-1"),
		k.iopub.Dial(address+"-2"),
		k.iopub.SetOption(zmq4.OptionSubscribe, ""))
}

// handshake asks for the kernel's description until the answer comes together
// with a publication: only then is the subscription in force.
func (k *Kernel) handshake(ctx context.Context) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		reply, err := k.request(attempt, newID(), "kernel_info_request", map[string]any{}, func(message) error { return nil })
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
// idle again. Everything published meanwhile goes to handle, whose error ends the waiting.
func (k *Kernel) request(ctx context.Context, id, msgType string, content any, handle func(message) error) (message, error) {
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
			if err := handle(m); err != nil {
				return message{}, err
			}
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
	_ = killGroup(k.cmd) // an error says that it has ended
	<-k.exited
	if k.hangUp != nil {
		k.hangUp()
	}
	k.guard.finish()
	os.RemoveAll(k.dir)
}
