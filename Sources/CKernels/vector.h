#ifndef CODECLM_VECTOR_H
#define CODECLM_VECTOR_H

#include <math.h>
#include <stdint.h>
#include <string.h>

// A function marked MULTIVERSION is compiled for each instruction set, and the loader picks one.
// CODECLM_LEVEL, 1 or 3, leaves one of them, so that a newer processor can test it.
#if CODECLM_LEVEL == 1
#define MULTIVERSION
#elif CODECLM_LEVEL == 3
#define MULTIVERSION __attribute__((target("arch=x86-64-v3")))
#elif defined(__x86_64__) && defined(__linux__)
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

#define INLINE static inline __attribute__((always_inline))

/// e^x within 2 units in the last place for x in −87 … 88, constant outside. Range reduction to
/// |r| ≤ ln 2 / 2 and a Taylor polynomial of degree 7; no call, so that loops vectorise.
INLINE float fast_exp(float x) {
#pragma clang fp contract(fast)
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float t = x * 1.44269504f;
  t = t > -127.0f ? t : -127.0f;  // what is no number has no integer, and stays none in r
  int32_t n = (int32_t)(t + (t < 0 ? -0.5f : 0.5f));
  float r = x - (float)n * 0.693359375f;
  r = r - (float)n * -2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  uint32_t bits = (uint32_t)(n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

INLINE float sigmoid(float x) { return 1.0f / (1.0f + fast_exp(-x)); }

/// 1 / √(mean x² + ε).
INLINE float rms_scale(size_t columns, const float *x, float epsilon) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
  for (size_t c = 0; c < columns; c++) sum += x[c] * x[c];
  return 1.0f / __builtin_sqrtf(sum / (float)columns + epsilon);
}

#endif
