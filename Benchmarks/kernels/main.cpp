// The kernels of Apus beside those of oneDNN and OpenBLAS, in turn on the same numbers. `compare` builds and runs it, and
// shows what it prints: a JSON object for what takes part, and one for each shape.
//
// Usage: kernels --isa NAME [--threads N] [--rounds N] [--only TEXT]

#include <cblas.h>

#include "Comparison.h"

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
  std::printf("{\"kind\": \"%s\", \"name\": \"%s\", \"apus\": %.4g, \"others\": {", kind, name.c_str(), work / best * 1e-9);
  for (size_t i = 0; i < others.size(); i++) {
    std::printf("%s\"%s\": %.4g", i > 0 ? ", " : "", others[i].library, work / bests[i] * 1e-9);
  }
  std::printf("}, \"difference\": %.2g}\n", differ());
  std::fflush(stdout);
}

namespace {

/// The instruction set that oneDNN uses, by its own word.
const char *dnn_isa() {
  const std::pair<dnnl::cpu_isa, const char *> names[] = {
    {dnnl::cpu_isa::sse41, "sse41"}, {dnnl::cpu_isa::avx, "avx"},
    {dnnl::cpu_isa::avx2, "avx2"}, {dnnl::cpu_isa::avx2_vnni, "avx2_vnni"},
    {dnnl::cpu_isa::avx512_core, "avx512_core"}, {dnnl::cpu_isa::avx512_core_vnni, "avx512_core_vnni"},
    {dnnl::cpu_isa::avx512_core_bf16, "avx512_core_bf16"}, {dnnl::cpu_isa::avx512_core_amx, "avx512_core_amx"},
  };
  const dnnl::cpu_isa used = dnnl::get_effective_cpu_isa();
  for (const auto &[isa, name] : names) {
    if (isa == used) return name;
  }
  return "default";
}

/// The version among the words of "OpenBLAS 0.3.21 DYNAMIC_ARCH …".
std::string blas_version() {
  const std::string words = openblas_get_config();
  const size_t start = words.find(' ') + 1;
  return words.substr(start, words.find(' ', start) - start);
}

const apus_kernels *kernels_named(const std::string &isa) {
  for (int candidate = 0; candidate <= APUS_NEON; candidate++) {
    const apus_kernels *its = apus_kernels_for(apus_isa(candidate));
    if (its && isa == its->name && apus_isa_available(apus_isa(candidate))) return its;
  }
  std::fprintf(stderr, "this machine has no kernels for '%s'\n", isa.c_str());
  std::exit(1);
}

}  // namespace

int main(int count, char **words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = words[i];
    if (option == "--isa") options.isa = words[i + 1];
    else if (option == "--threads") options.threads = std::atoi(words[i + 1]);
    else if (option == "--rounds") options.rounds = std::atoi(words[i + 1]);
    else if (option == "--only") options.only = words[i + 1];
  }
  chosen = kernels_named(options.isa);
  omp_set_num_threads(options.threads);
  openblas_set_num_threads(options.threads);
  if (options.threads == 1) clock_used = CLOCK_THREAD_CPUTIME_ID;
  const dnnl_version_t *dnn = dnnl_version();
  std::printf("{\"apus\": \"%s\", \"peak\": %.1f, \"others\": {\"oneDNN\": {\"version\": \"%d.%d.%d\", "
              "\"instructionSet\": \"%s\"}, \"OpenBLAS\": {\"version\": \"%s\", \"instructionSet\": \"%s\"}}}\n",
              chosen->name, peak(options.isa, options.threads), dnn->major, dnn->minor, dnn->patch, dnn_isa(),
              blas_version().c_str(), openblas_get_corename());
  std::fflush(stdout);
  compare_products(options);
  compare_convolutions(options);
  compare_attention(options);
  compare_layer_norm(options);
}
