// The kernels of Apus beside those of oneDNN and OpenBLAS, in turn on the same numbers.
//
// Usage: kernels [--threads N] [--rounds N] [--only TEXT]
//
// For each shape: GFLOP/s of Apus and of the other library, the ratio, the share of the machine's peak, and the
// largest difference of the results. The best of many interleaved rounds counts.

#include <cblas.h>

#include "Comparison.h"

double peak(int threads) {
  typedef float lanes __attribute__((vector_size(64)));
  double best = 0;
  for (int round = 0; round < 20; round++) {
    const int64_t count = 1000000;
    const double start = seconds();
#pragma omp parallel num_threads(threads)
    {
      lanes sum[16] = {};
      lanes x, y;
      for (int i = 0; i < 16; i++) x[i] = 0.5f, y[i] = 1;
      for (int64_t k = 0; k < count; k++) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) sum[i] = sum[i] * x + y;
        asm volatile("" : "+v"(sum[0]), "+v"(sum[1]), "+v"(sum[2]), "+v"(sum[3]), "+v"(sum[4]), "+v"(sum[5]),
                     "+v"(sum[6]), "+v"(sum[7]), "+v"(sum[8]), "+v"(sum[9]), "+v"(sum[10]), "+v"(sum[11]));
      }
      asm volatile("" : : "v"(sum[12]), "v"(sum[13]), "v"(sum[14]), "v"(sum[15]));
    }
    best = std::max(best, 2.0 * 16 * 16 * count * threads / (seconds() - start) * 1e-9);
  }
  return best;
}

Table::Table(const char *title, const Options &options, double limit) : title(title), options(options), limit(limit) {
  std::printf("\n%-36s %8s %6s  %-9s %8s %6s %9s\n", title, "Apus", "peak", "beside", "GFLOP/s", "ratio", "differ");
}

void Table::line(const std::string &name, double work, const std::function<void()> &ours,
                 const std::vector<Other> &others, const std::function<double()> &differ) {
  // Repeated until a round takes long enough to be timed.
  ours();
  double start = seconds();
  ours();
  const int repetitions = std::max(1, int(2e-4 / std::max(1e-7, seconds() - start)));
  const auto timed = [&](const std::function<void()> &work) {
    const double start = seconds();
    for (int i = 0; i < repetitions; i++) work();
    return (seconds() - start) / repetitions;
  };
  double best = 1e9;
  std::vector<double> bests(others.size(), 1e9);
  for (int round = 0; round < options.rounds; round++) {
    best = std::min(best, timed(ours));
    for (size_t i = 0; i < others.size(); i++) bests[i] = std::min(bests[i], timed(others[i].run));
  }
  const double rate = work / best * 1e-9, differs = differ();
  for (size_t i = 0; i < others.size(); i++) {
    const double ratio = bests[i] / best;
    if (i == 0) std::printf("%-36s %8.1f %5.0f%%", name.c_str(), rate, 100 * rate / limit);
    else std::printf("%-36s %8s %6s", "", "", "");
    std::printf("  %-9s %8.1f %6.2f", others[i].library, work / bests[i] * 1e-9, ratio);
    if (i == 0) std::printf(" %9.1e", differs);
    std::printf("\n");
    auto entry = std::find_if(ratios.begin(), ratios.end(), [&](auto &r) { return r.first == others[i].library; });
    if (entry == ratios.end()) entry = ratios.insert(ratios.end(), {others[i].library, {}});
    Ratios &r = entry->second;
    r.logarithms += std::log(ratio), r.lowest = std::min(r.lowest, ratio), r.rows++;
  }
  std::fflush(stdout);
}

Table::~Table() {
  for (const auto &[library, r] : ratios) {
    std::printf("%s beside %s: geometric mean %.2f, lowest %.2f of %d\n", title, library.c_str(),
                std::exp(r.logarithms / r.rows), r.lowest, r.rows);
  }
}

int main(int count, char **words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = words[i];
    if (option == "--threads") options.threads = std::atoi(words[i + 1]);
    else if (option == "--rounds") options.rounds = std::atoi(words[i + 1]);
    else if (option == "--only") options.only = words[i + 1];
  }
  omp_set_num_threads(options.threads);
  openblas_set_num_threads(options.threads);
  if (options.threads == 1) clock_used = CLOCK_THREAD_CPUTIME_ID;
  const double limit = peak(options.threads);
  std::printf("%d threads, peak %.0f GFLOP/s\n", options.threads, limit);
  compare_products(options, limit);
  compare_convolutions(options, limit);
  compare_attention(options, limit);
  compare_layer_norm(options, limit);
}
