#include "CKernels.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#if defined(__linux__)
#include <stdio.h>
#include <unistd.h>
#endif

// Exported by OpenBLAS; the first two only by builds with DYNAMIC_ARCH, hence weak.
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern char *openblas_get_corename(void);
extern void openblas_set_num_threads(int);
extern void *blas_memory_alloc(int) __attribute__((weak));
extern void blas_memory_free(void *) __attribute__((weak));

#if defined(__x86_64__)
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
}

static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

// Kernels that OpenBLAS falls back to on a processor it does not know, or whose features it did
// not see: none of them uses AVX2.
static int is_narrow(const char *core) {
  static const char *const narrow[] = {"Prescott", "Core2",  "Penryn",  "Dunnington",
                                       "Nehalem",  "Atom",   "Katmai",  "Coppermine",
                                       "Northwood", "Banias", "Generic", "Sandybridge"};
  for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++)
    if (strcasecmp(core, narrow[i]) == 0) return 1;
  return 0;
}
#endif

const char *codeclm_openblas_wake(void) {
#if defined(__x86_64__)
  const char *wanted = has_avx512() ? "SkylakeX" : has_avx2() ? "Haswell" : NULL;
  const char *chosen = getenv("OPENBLAS_CORETYPE");
  if (wanted && !(chosen && *chosen) && gotoblas_dynamic_quit && gotoblas_dynamic_init &&
      is_narrow(openblas_get_corename())) {
    // The variable is what the dispatcher reads; it is removed again for child processes.
    gotoblas_dynamic_quit();
    setenv("OPENBLAS_CORETYPE", wanted, 1);
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
  }
#endif
  openblas_set_num_threads(1);
  return openblas_get_corename();
}

// OpenBLAS's scratch memory for one product, BUFFER_SIZE of its x86-64 builds.
#define SCRATCH_BYTES (((size_t)32 << 22) + 65536)

#if defined(__linux__)
static size_t used_address_space(void) {
  size_t pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (fscanf(file, "%zu", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}
#endif

size_t codeclm_openblas_reserve(unsigned products) {
#if defined(__linux__)
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  size_t needed = used_address_space() + products * SCRATCH_BYTES;
  if (needed > limit.rlim_cur) return needed;
  if (!blas_memory_alloc || !blas_memory_free) return 0;
  // OpenBLAS has a fixed number of places, twice the threads it was built for.
  enum { most = 64 };
  void *taken[most];
  if (products > most) products = most;
  for (unsigned i = 0; i < products; i++) taken[i] = blas_memory_alloc(0);
  for (unsigned i = 0; i < products; i++) blas_memory_free(taken[i]);
#endif
  return 0;
}

const char *codeclm_simd_name(void) {
#if defined(__x86_64__)
  return has_avx512() ? "AVX-512" : has_avx2() ? "AVX2" : "SSE2";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "scalar";
#endif
}
