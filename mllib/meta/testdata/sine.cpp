// One update of φ on the sine task on libtorch: what BenchmarkMetaStep/sine times,
// on the same numbers, on one thread.
//
//   g++ -O3 -march=native -std=c++17 sine.cpp -o sine -I/usr/include/torch/csrc/api/include -ltorch -ltorch_cpu -lc10
//   ./sine numbers.txt [seconds]
//
// says how far loss and gradient are from ours, and how long an update takes.
#include <torch/torch.h>

#include <chrono>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using torch::Tensor;
using Params = std::vector<Tensor>;

static Tensor read(std::istream &in) {
  long rows, cols;
  in >> rows >> cols;
  auto t = torch::empty({rows, cols});
  for (long i = 0; i < rows * cols; i++) {
    std::string s;
    in >> s;
    t.data_ptr<double>()[i] = std::strtod(s.c_str(), nullptr);
  }
  return t;
}

static Tensor optimizee(const Params &p, const Tensor &x) {
  auto h = torch::relu(torch::addmm(p[1], x, p[0]));
  h = torch::relu(torch::addmm(p[3], h, p[2]));
  return torch::addmm(p[5], h, p[4]);
}

static Tensor learned(const Params &w, const Tensor &f) {
  auto h = torch::relu(torch::mm(f, w[0]));
  h = torch::relu(torch::mm(h, w[1]));
  return torch::softplus(torch::mm(h, w[2]), 1, 1e9).mean();
}

int main(int argc, char **argv) {
  torch::set_num_threads(1);
  torch::set_default_dtype(caffe2::TypeMeta::Make<double>());
  std::ifstream in(argv[1]);
  std::map<std::string, Params> v;
  std::string name;
  while (in >> name) v[name].push_back(read(in));
  Tensor x = v["x"][0], y = v["y"][0];
  Params phi;
  for (auto &p : v["phi"]) phi.push_back(p.requires_grad_());

  auto meta_gradient = [&](Tensor *out) {
    Params theta;
    for (auto &t : v["theta"]) theta.push_back(t.requires_grad_());
    auto l = learned(phi, torch::cat({optimizee(theta, x), y}, 1));
    auto g = torch::autograd::grad({l}, theta, {}, true, true);
    for (size_t i = 0; i < g.size(); i++) theta[i] = torch::sub(theta[i], g[i], 1e-3);
    auto loss = torch::mean(torch::square(optimizee(theta, x) - y));
    if (out) *out = loss;
    return torch::autograd::grad({loss}, phi);
  };

  Tensor loss;
  auto g = meta_gradient(&loss);
  double worst = 0;
  for (size_t i = 0; i < g.size(); i++) {
    auto want = v["gradient"][i];
    worst = std::max(worst, ((g[i] - want).abs().max() / want.abs().max()).item<double>());
  }
  std::printf("loss %.17g, differs by %.2g; gradient differs by %.2g of its largest entry\n",
               loss.item<double>(), loss.item<double>() - v["loss"][0].item<double>(), worst);

  torch::optim::Adam opt(phi, torch::optim::AdamOptions(1e-3));
  auto update = [&] {
    auto g = meta_gradient(nullptr);
    for (size_t i = 0; i < g.size(); i++) phi[i].mutable_grad() = g[i];
    opt.step();
  };
  for (int i = 0; i < 200; i++) update();
  using clock = std::chrono::steady_clock;
  auto seconds = [](clock::duration d) { return std::chrono::duration<double>(d).count(); };
  double limit = argc > 2 ? std::atof(argv[2]) : 2;
  std::vector<double> times;
  auto start = clock::now();
  while (seconds(clock::now() - start) < limit) {
    auto t = clock::now();
    for (int i = 0; i < 10; i++) update();
    times.push_back(seconds(clock::now() - t) / 10);
  }
  std::sort(times.begin(), times.end());
  std::printf("libtorch: median %.1f us, fastest tenth %.1f us\n", 1e6 * times[times.size() / 2], 1e6 * times[times.size() / 10]);
}
