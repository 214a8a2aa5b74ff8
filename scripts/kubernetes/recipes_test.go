package kubernetes

import (
	"fmt"
	"os"
	"slices"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// read decodes a Job; a field that Kubernetes does not know is an error, and so is one
// that is there twice.
func read(t *testing.T, file string) batchv1.Job {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var job batchv1.Job
	if err := yaml.UnmarshalStrict(text, &job); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if job.APIVersion != "batch/v1" || job.Kind != "Job" {
		t.Errorf("%s: a %s of %s", file, job.Kind, job.APIVersion)
	}
	return job
}

// container is the only one of a Job.
func container(t *testing.T, job batchv1.Job) corev1.Container {
	t.Helper()
	spec := job.Spec.Template.Spec
	if len(spec.Containers) != 1 || spec.RestartPolicy != corev1.RestartPolicyNever {
		t.Fatalf("%d containers, restarted %s", len(spec.Containers), spec.RestartPolicy)
	}
	c := spec.Containers[0]
	for _, m := range c.VolumeMounts {
		if !slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name }) {
			t.Errorf("no volume %s", m.Name)
		}
	}
	return c
}

// after is the argument that follows a flag.
func after(t *testing.T, c corev1.Container, flag string) string {
	t.Helper()
	i := slices.Index(c.Args, flag)
	if i < 0 || i+1 == len(c.Args) {
		t.Fatalf("no %s in %q", flag, c.Args)
	}
	return c.Args[i+1]
}

// TestShards: every index is one shard of as many as there are, a seed that fails is
// not tried again, and whatever ends the pod otherwise is.
func TestShards(t *testing.T) {
	job := read(t, "job.yaml")
	c := container(t, job)
	if job.Spec.CompletionMode == nil || *job.Spec.CompletionMode != batchv1.IndexedCompletion {
		t.Error("not indexed")
	}
	if want := fmt.Sprintf("auto/%d", *job.Spec.Completions); after(t, c, "--shard") != want {
		t.Errorf("--shard %s, want %s", after(t, c, "--shard"), want)
	}
	if job.Spec.BackoffLimitPerIndex == nil || *job.Spec.BackoffLimitPerIndex < 1 {
		t.Error("an index is not tried again")
	}
	ends := map[int32]batchv1.PodFailurePolicyAction{}
	disrupted := false
	for _, r := range job.Spec.PodFailurePolicy.Rules {
		if r.OnExitCodes != nil {
			if *r.OnExitCodes.ContainerName != c.Name || r.OnExitCodes.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn {
				t.Errorf("a rule of %s %s", *r.OnExitCodes.ContainerName, r.OnExitCodes.Operator)
			}
			for _, code := range r.OnExitCodes.Values {
				ends[code] = r.Action
			}
		}
		for _, p := range r.OnPodConditions {
			disrupted = disrupted || p.Type == corev1.DisruptionTarget && r.Action == batchv1.PodFailurePolicyActionIgnore
		}
	}
	if ends[2] != batchv1.PodFailurePolicyActionFailIndex || ends[75] != "" || !disrupted {
		t.Errorf("rules: %v, disrupted %v", ends, disrupted)
	}
}

// TestJoin: what is joined is what the shards have computed.
func TestJoin(t *testing.T) {
	shards, join := read(t, "job.yaml"), read(t, "join.yaml")
	a, b := container(t, shards), container(t, join)
	for _, flag := range []string{"--out", "--profile"} {
		if after(t, a, flag) != after(t, b, flag) {
			t.Errorf("%s %s, joined %s", flag, after(t, a, flag), after(t, b, flag))
		}
	}
	if a.Args[0] != "run" || b.Args[0] != "join" || a.Image != b.Image || a.VolumeMounts[0] != b.VolumeMounts[0] {
		t.Errorf("%v and %v", a, b)
	}
	if x, y := shards.Spec.Template.Spec.Volumes[0].PersistentVolumeClaim, join.Spec.Template.Spec.Volumes[0].PersistentVolumeClaim; *x != *y {
		t.Errorf("volumes %v and %v", x, y)
	}
}
