#include "CKernels.h"
#include "vector.h"

typedef float v16 __attribute__((vector_size(64)));
typedef float v16_unaligned __attribute__((vector_size(64), aligned(4)));

INLINE float lane_sum(const v16 *v) {
  const float *x = (const float *)v;
  float eight[8], four[4];
  for (int i = 0; i < 8; i++) eight[i] = x[i] + x[i + 8];
  for (int i = 0; i < 4; i++) four[i] = eight[i] + eight[i + 4];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE void load_padded(v16 *v, const float *x, size_t count) {
  memset(v, 0, sizeof *v);
  memcpy(v, x, count * sizeof(float));
}

// R rows of x against O rows of w: the accumulators of one tile stay in registers, and each of the
// R · O sums runs over the inputs in the same order, whatever R and O are.
INLINE void tile(const size_t R, const size_t O, size_t inputs, const float *x, size_t x_stride,
                 const float *w, float *y, size_t y_stride, int accumulate) {
#pragma clang fp contract(fast)
  v16 sum[4][4] = {0};
  size_t i = 0;
  for (; i + 16 <= inputs; i += 16)
    for (size_t o = 0; o < O; o++) {
      v16 weight = *(const v16_unaligned *)(w + o * inputs + i);
      for (size_t r = 0; r < R; r++)
        sum[r][o] += *(const v16_unaligned *)(x + r * x_stride + i) * weight;
    }
  if (i < inputs)
    for (size_t o = 0; o < O; o++) {
      v16 weight, input;
      load_padded(&weight, w + o * inputs + i, inputs - i);
      for (size_t r = 0; r < R; r++) {
        load_padded(&input, x + r * x_stride + i, inputs - i);
        sum[r][o] += input * weight;
      }
    }
  for (size_t r = 0; r < R; r++)
    for (size_t o = 0; o < O; o++) {
      float value = lane_sum(&sum[r][o]);
      float *to = y + r * y_stride + o;
      *to = accumulate ? *to + value : value;
    }
}

INLINE void rows_of(const size_t O, size_t rows, size_t inputs, const float *x, size_t x_stride,
                    const float *w, float *y, size_t y_stride, int accumulate) {
  size_t r = 0;
  for (; r + 4 <= rows; r += 4)
    tile(4, O, inputs, x + r * x_stride, x_stride, w, y + r * y_stride, y_stride, accumulate);
  for (; r < rows; r++)
    tile(1, O, inputs, x + r * x_stride, x_stride, w, y + r * y_stride, y_stride, accumulate);
}

MULTIVERSION void codeclm_linear(size_t rows, size_t outputs, size_t inputs, const float *x,
                                 size_t x_stride, const float *w, float *y, size_t y_stride,
                                 int accumulate) {
  size_t o = 0;
  for (; o + 4 <= outputs; o += 4)
    rows_of(4, rows, inputs, x, x_stride, w + o * inputs, y + o, y_stride, accumulate);
  for (; o < outputs; o++)
    rows_of(1, rows, inputs, x, x_stride, w + o * inputs, y + o, y_stride, accumulate);
}

MULTIVERSION void codeclm_attend(size_t count, size_t dimension, float scale,
                                 const float *restrict query, const float *restrict keys,
                                 const float *restrict values, float *restrict scores,
                                 float *restrict y) {
#pragma clang fp reassociate(on) contract(fast)
  float top = -INFINITY, sum = 0;
  for (size_t t = 0; t < count; t++) {
    float score = 0;
    for (size_t d = 0; d < dimension; d++) score += query[d] * keys[t * dimension + d];
    scores[t] = scale * score;
    top = scores[t] > top ? scores[t] : top;
  }
  for (size_t t = 0; t < count; t++) {
    scores[t] = fast_exp(scores[t] - top);
    sum += scores[t];
  }
  memset(y, 0, dimension * sizeof(float));
  for (size_t t = 0; t < count; t++) {
    float share = scores[t] / sum;
    for (size_t d = 0; d < dimension; d++) y[d] += share * values[t * dimension + d];
  }
}
