#include "CKernels.h"
#include "vector.h"

// One register of AVX-512, several of a narrower instruction set.
enum { SUMS = 16, ROWS = 4, PLACES = CODECLM_RESAMPLING_PLACES };

typedef int32_t sums __attribute__((vector_size(64)));
typedef uint8_t bytes __attribute__((vector_size(16)));
typedef uint8_t unaligned_bytes __attribute__((vector_size(16), aligned(1)));

// Sums begin here, so that cutting off rounds.
enum { HALF = 1 << (PLACES - 1) };

// The kernel's negative lobes can leave the range of a sample.
INLINE bytes samples_of(const sums *sum) {
  sums samples = *sum >> PLACES;
  samples = __builtin_elementwise_max(samples, (sums){0});
  samples = __builtin_elementwise_min(samples, (sums){0} + 255);
  return __builtin_convertvector(samples, bytes);
}

INLINE void add(sums *sum, const uint8_t *from, const sums *weight) {
  *sum += __builtin_convertvector(*(const unaligned_bytes *)from, sums) * *weight;
}

// RGB becomes RGB and a zero, so that a register holds whole pixels; gray stays.
INLINE void spread(const size_t lanes, size_t width, const uint8_t *from, uint8_t *line) {
  if (lanes == 1) {
    memcpy(line, from, width);
    return;
  }
  size_t x = 0;
  for (; 3 * x + 16 <= 3 * width; x += 4) {
    bytes pixels = *(const unaligned_bytes *)(from + 3 * x);
    *(unaligned_bytes *)(line + 4 * x) = __builtin_shufflevector(
        pixels, (bytes){0}, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, 16);
  }
  for (; x < width; x++) memcpy(line + 4 * x, from + 3 * x, 3);
}

#define FOLD(...) sum += __builtin_shufflevector(sum, sum, __VA_ARGS__)

// The lanes of one pixel, summed over the pixels of a register; they stand in the first lanes.
INLINE void fold(const size_t lanes, sums *total) {
  sums sum = *total;
  FOLD(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  FOLD(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  if (lanes == 1) {
    FOLD(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    FOLD(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  }
  *total = sum;
}

// R rows side by side, so that they share a reading of the weights.
INLINE void columns(const size_t lanes, const size_t R, size_t width, size_t new_width,
                    const int32_t *starts, size_t taps, const int32_t *weights,
                    const uint8_t *from, uint8_t *lines, size_t line, uint8_t *to) {
  const size_t channels = lanes == 1 ? 1 : 3;
  for (size_t r = 0; r < R; r++)
    spread(lanes, width, from + r * width * channels, lines + r * line);
  for (size_t x = 0; x < new_width; x++, weights += taps * lanes) {
    const uint8_t *first = lines + (size_t)starts[x] * lanes;
    sums sum[R];
    for (size_t r = 0; r < R; r++) sum[r] = (sums){0};
    for (size_t i = 0; i < taps * lanes; i += SUMS) {
      sums weight;
      memcpy(&weight, weights + i, sizeof weight);
      for (size_t r = 0; r < R; r++) add(sum + r, first + r * line + i, &weight);
    }
    for (size_t r = 0; r < R; r++) {
      fold(lanes, sum + r);
      sum[r] += HALF;
      bytes pixel = samples_of(sum + r);
      memcpy(to + (r * new_width + x) * channels, &pixel, channels);
    }
  }
}

INLINE void all_columns(const size_t lanes, size_t rows, size_t width, size_t new_width,
                        const int32_t *starts, size_t taps, const int32_t *weights,
                        const uint8_t *from, uint8_t *lines, size_t line, uint8_t *to) {
  const size_t channels = lanes == 1 ? 1 : 3;
  size_t y = 0;
  for (; y + ROWS <= rows; y += ROWS)
    columns(lanes, ROWS, width, new_width, starts, taps, weights, from + y * width * channels,
            lines, line, to + y * new_width * channels);
  for (; y < rows; y++)
    columns(lanes, 1, width, new_width, starts, taps, weights, from + y * width * channels, lines,
            line, to + y * new_width * channels);
}

size_t codeclm_resampling_line(size_t width, size_t lanes, size_t taps) {
  return (width + taps) * lanes;
}

MULTIVERSION void codeclm_resample_columns(size_t channels, size_t rows, size_t width,
                                           size_t new_width, const int32_t *starts, size_t taps,
                                           const int32_t *weights, const uint8_t *from,
                                           uint8_t *lines, uint8_t *to) {
  if (channels == 1) {
    all_columns(1, rows, width, new_width, starts, taps, weights, from, lines,
                codeclm_resampling_line(width, 1, taps), to);
  } else {
    all_columns(4, rows, width, new_width, starts, taps, weights, from, lines,
                codeclm_resampling_line(width, 4, taps), to);
  }
}

INLINE void row(size_t count, size_t taps, const int32_t *weights, const uint8_t *from,
                uint8_t *to) {
  enum { BLOCK = 4 };
  size_t i = 0;
  for (; i + BLOCK * SUMS <= count; i += BLOCK * SUMS) {
    sums sum[BLOCK];
    for (size_t b = 0; b < BLOCK; b++) sum[b] = (sums){0} + HALF;
    for (size_t k = 0; k < taps; k++) {
      const sums weight = (sums){0} + weights[k];
      for (size_t b = 0; b < BLOCK; b++) add(sum + b, from + k * count + i + b * SUMS, &weight);
    }
    for (size_t b = 0; b < BLOCK; b++)
      *(unaligned_bytes *)(to + i + b * SUMS) = samples_of(sum + b);
  }
  for (; i < count; i++) {
    int32_t sum = HALF;
    for (size_t k = 0; k < taps; k++) sum += from[k * count + i] * weights[k];
    sum >>= PLACES;
    to[i] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  }
}

MULTIVERSION void codeclm_resample_rows(size_t count, size_t new_height, const int32_t *starts,
                                        const int32_t *counts, size_t stride,
                                        const int32_t *weights, const uint8_t *from, uint8_t *to) {
  for (size_t y = 0; y < new_height; y++)
    row(count, (size_t)counts[y], weights + y * stride, from + (size_t)starts[y] * count,
        to + y * count);
}

typedef float rgbx __attribute__((vector_size(16)));
typedef float unaligned_rgbx __attribute__((vector_size(16), aligned(4)));

MULTIVERSION void codeclm_resample_rgb(size_t width, size_t new_height, const int32_t *row_starts,
                                       const int32_t *row_counts, size_t row_stride,
                                       const float *row_weights, size_t new_width,
                                       const int32_t *starts, const int32_t *counts,
                                       size_t stride, const float *weights, const uint8_t *from,
                                       float *line, const struct codeclm_sample_range *range,
                                       float *to, size_t pitch) {
#pragma clang fp contract(fast)
  const size_t count = 3 * width;
  for (size_t y = 0; y < new_height; y++) {
    const uint8_t *first = from + (size_t)row_starts[y] * count;
    const float *w = row_weights + y * row_stride;
    for (size_t i = 0; i < count; i++) line[i] = w[0] * (float)first[i];
    for (size_t k = 1; k < (size_t)row_counts[y]; k++) {
      const float weight = w[k];
      const uint8_t *next = first + k * count;
      for (size_t i = 0; i < count; i++) line[i] += weight * (float)next[i];
    }
    for (size_t x = 0; x < new_width; x++) {
      const float *pixel = line + 3 * (size_t)starts[x];
      rgbx sum = {0};
      for (size_t k = 0; k < (size_t)counts[x]; k++)
        sum += weights[x * stride + k] * *(const unaligned_rgbx *)(pixel + 3 * k);
      sum = __builtin_elementwise_max(sum, (rgbx){0});
      sum = __builtin_elementwise_min(sum, (rgbx){0} + 255);
      sum = sum * range->scale + range->shift;
      sum = __builtin_shufflevector(sum, (rgbx){0}, 0, 1, 2, 4);
      *(rgbx *)(to + y * pitch + 4 * x) = sum;
    }
  }
}
