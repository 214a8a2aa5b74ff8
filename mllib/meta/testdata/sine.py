"""One update of φ on the sine task in PyTorch, without higher: what
BenchmarkMetaStep/sine times, on the same numbers, on one thread.

    python3 sine.py numbers.txt [seconds]

says how far loss and gradient are from ours, and how long an update takes."""
import sys
import time

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
d = {}
for line in open(sys.argv[1]):
    name, rows, cols, *data = line.split()
    d.setdefault(name, []).append(torch.tensor([float(v) for v in data]).reshape(int(rows), int(cols)))
x, y, theta0 = d["x"][0], d["y"][0], d["theta"]
phi = [v.requires_grad_() for v in d["phi"]]


def optimizee(p, x):
    h = torch.relu(torch.addmm(p[1], x, p[0]))
    h = torch.relu(torch.addmm(p[3], h, p[2]))
    return torch.addmm(p[5], h, p[4])


def learned(w, f):
    h = torch.relu(f @ w[0])
    h = torch.relu(h @ w[1])
    return torch.nn.functional.softplus(h @ w[2], threshold=1e9).mean()


def meta_gradient():
    theta = [v.requires_grad_() for v in theta0]
    l = learned(phi, torch.cat([optimizee(theta, x), y], 1))
    g = torch.autograd.grad(l, theta, create_graph=True)
    theta = [t - 1e-3 * gi for t, gi in zip(theta, g)]
    loss = torch.mean((optimizee(theta, x) - y) ** 2)
    return loss, torch.autograd.grad(loss, phi)


loss, g = meta_gradient()
worst = max(((gi - v).abs().max() / v.abs().max()).item() for gi, v in zip(g, d["gradient"]))
print("loss %.17g, differs by %.2g; gradient differs by %.2g of its largest entry"
      % (loss.item(), loss.item() - d["loss"][0].item(), worst))

opt = torch.optim.Adam(phi, lr=1e-3)


def update():
    _, g = meta_gradient()
    for p, gi in zip(phi, g):
        p.grad = gi
    opt.step()


for _ in range(200):
    update()
end, times = time.perf_counter() + float(sys.argv[2] if len(sys.argv) > 2 else 2), []
while time.perf_counter() < end:
    t = time.perf_counter()
    for _ in range(10):
        update()
    times.append((time.perf_counter() - t) / 10)
times.sort()
print("PyTorch: median %.1f us, fastest tenth %.1f us" % (1e6 * times[len(times) // 2], 1e6 * times[len(times) // 10]))
