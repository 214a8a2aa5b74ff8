// Package kubernetes tests the recipes in this folder against the types of Kubernetes.
// It is a module of its own, so that the project does not depend on them.
package kubernetes
