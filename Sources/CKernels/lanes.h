#ifndef CODECLM_LANES_H
#define CODECLM_LANES_H

#include "vector.h"

// Sixteen floats: one register of AVX-512, several of a narrower instruction set.
enum { LANES = 16 };

typedef float lanes __attribute__((vector_size(64)));
typedef float unaligned_lanes __attribute__((vector_size(64), aligned(4)));
typedef uint32_t lane_bits __attribute__((vector_size(64)));
typedef _Float16 lane_halves __attribute__((vector_size(32)));
typedef int8_t lane_bytes __attribute__((vector_size(16)));

INLINE void store_lanes(float *y, const lanes *x) { *(unaligned_lanes *)y = *x; }

// Whether there are 32 registers of 16 floats.
INLINE int has_wide_registers(void) {
#if defined(__x86_64__) && !defined(CODECLM_LEVEL)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return 0;
#endif
}

#endif
