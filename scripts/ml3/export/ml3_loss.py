"""A learned loss, as ml3 export writes it, in numpy or PyTorch.

    from ml3_loss import Loss
    loss = Loss("loss.safetensors")
    loss(features)            # numpy [n, inputs]: the loss, a number
    loss.gradient(features)   # its gradient [n, inputs]
    loss.torch(features)      # a tensor of torch: the loss, differentiable
    loss.rate(features)       # the learning rate of a step

loss.sees says what the columns of features are. A step of an optimizee with
parameters theta in PyTorch:

    g = torch.autograd.grad(loss.torch(features(theta)), theta)
    theta = [p - alpha * d for p, d in zip(theta, g)]

This file needs numpy alone; PyTorch only for torch().
"""

import json
import struct

import numpy as np

_ACTIVATIONS = {
    "linear": (lambda x: x, lambda x: np.ones_like(x)),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(x.dtype)),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0)))),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x: _sigmoid(x)),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
}


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


class Loss:
    """M_phi: the mean over the rows of features of a small network's output."""

    def __init__(self, path):
        with open(path, "rb") as f:
            size = struct.unpack("<Q", f.read(8))[0]
            header = json.loads(f.read(size))
            data = f.read()
        meta = header.pop("__metadata__")
        self.name, self.sees = meta["name"], meta["sees"]
        self.hidden, self.out, self.kind = meta["hidden"], meta["out"], meta["kind"]
        self.fixed_rate = float(meta.get("rate", "nan"))
        self.floor, self.scale = float(meta.get("floor", 0)), float(meta.get("scale", 0))
        self.phi = []
        for i in range(len(header)):
            t = header["phi.%d" % i]
            begin, end = t["data_offsets"]
            self.phi.append(np.frombuffer(data[begin:end], "<f8").reshape(t["shape"]))
        step = 2 if meta["bias"] == "true" else 1
        self.layers = [(self.phi[i], self.phi[i + 1] if step == 2 else None) for i in range(0, len(self.phi), step)]

    def _activation(self, layer):
        return self.out if layer == len(self.layers) - 1 else self.hidden

    def _forward(self, features):
        """The input of each layer, and what each adds up before its activation."""
        x, inputs, sums = np.asarray(features, float), [], []
        for i, (w, b) in enumerate(self.layers):
            inputs.append(x)
            sums.append(x @ w if b is None else x @ w + b)
            x = _ACTIVATIONS[self._activation(i)][0](sums[-1])
        return x, inputs, sums

    def __call__(self, features):
        x = self._forward(features)[0]
        return float(np.mean(np.logaddexp(0, x[:, 0]) if self.kind == "loss and rate" else x))

    def gradient(self, features):
        """The gradient of the loss with respect to features."""
        x, _, sums = self._forward(features)
        g = np.zeros_like(x)
        g[:, 0] = _sigmoid(x[:, 0]) / len(x) if self.kind == "loss and rate" else 1 / len(x)
        for i in reversed(range(len(self.layers))):
            g = (g * _ACTIVATIONS[self._activation(i)][1](sums[i])) @ self.layers[i][0].T
        return g

    def rate(self, features):
        """The learning rate alpha: a constant, or learned."""
        if self.kind == "loss and rate":
            return self.floor + self.scale * float(np.mean(_sigmoid(self._forward(features)[0][:, 1])))
        return self.fixed_rate

    def torch(self, features):
        """The loss of a tensor of torch, with derivatives of any order."""
        import torch
        import torch.nn.functional as F

        def softplus(x):  # F.softplus is linear beyond a threshold
            return torch.logaddexp(x, torch.zeros_like(x))

        activations = {"linear": lambda x: x, "relu": F.relu, "elu": F.elu, "softplus": softplus, "tanh": torch.tanh}
        x = features
        for i, (w, b) in enumerate(self.layers):
            x = x @ torch.tensor(w, dtype=x.dtype, device=x.device)
            if b is not None:
                x = x + torch.tensor(b, dtype=x.dtype, device=x.device)
            x = activations[self._activation(i)](x)
        return softplus(x[:, 0]).mean() if self.kind == "loss and rate" else x.mean()
