#include "CKernels.h"
#include "vector.h"

INLINE float maximum(size_t count, const float *x) {
#pragma clang fp reassociate(on)
  float top = x[0];
  for (size_t i = 1; i < count; i++) top = x[i] > top ? x[i] : top;
  return top;
}

MULTIVERSION void codeclm_causal_exp(size_t rows, size_t columns, size_t first, size_t stride,
                                     float scale, float *restrict x, float *restrict statistics,
                                     size_t y_columns, size_t y_stride, float *restrict y) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    float *row = x + r * stride, *state = statistics + 2 * r;
    size_t valid = first + r + 1 < columns ? first + r + 1 : columns;
    float top = maximum(valid, row), sum = 0;
    if (y) {
      top = state[0] > top ? state[0] : top;
      float factor = fast_exp(scale * (state[0] - top));
      sum = state[1] * factor;
      for (size_t c = 0; c < y_columns; c++) y[r * y_stride + c] *= factor;
    }
    for (size_t i = 0; i < valid; i++) {
      float e = fast_exp(scale * (row[i] - top));
      row[i] = e;
      sum += e;
    }
    memset(row + valid, 0, (columns - valid) * sizeof(float));
    state[0] = top;
    state[1] = sum;
  }
}

void codeclm_finish_softmax(size_t rows, size_t columns, size_t stride, float scale,
                            const float *statistics, float *y, float *lse, size_t lse_stride) {
  for (size_t r = 0; r < rows; r++) {
    float top = statistics[2 * r], sum = statistics[2 * r + 1], inverse = 1.0f / sum;
    for (size_t c = 0; c < columns; c++) y[r * stride + c] *= inverse;
    lse[r * lse_stride] = scale * top + logf(sum);
  }
}

MULTIVERSION void codeclm_causal_softmax_backward(size_t rows, size_t columns, size_t first,
                                                  size_t stride, float scale, float *restrict s,
                                                  float *restrict dp, const float *restrict lse,
                                                  const float *restrict delta,
                                                  size_t lse_stride) {
#pragma clang fp contract(fast)
  for (size_t r = 0; r < rows; r++) {
    float *p = s + r * stride, *d = dp + r * stride;
    float shift = lse[r * lse_stride], inner = delta[r * lse_stride];
    size_t valid = first + r + 1 < columns ? first + r + 1 : columns;
    for (size_t i = 0; i < valid; i++) {
      p[i] = fast_exp(scale * p[i] - shift);
      d[i] = scale * p[i] * (d[i] - inner);
    }
    memset(p + valid, 0, (columns - valid) * sizeof(float));
    memset(d + valid, 0, (columns - valid) * sizeof(float));
  }
}

MULTIVERSION void codeclm_head_dots(size_t rows, size_t heads, size_t dimension,
                                    const float *restrict a, const float *restrict b,
                                    float *restrict y) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t i = 0; i < rows * heads; i++) {
    float sum = 0;
    for (size_t d = 0; d < dimension; d++) sum += a[i * dimension + d] * b[i * dimension + d];
    y[i] = sum;
  }
}

MULTIVERSION void codeclm_cross_entropy(size_t rows, size_t columns, float *restrict x,
                                        const int32_t *target, float *restrict sums,
                                        float *restrict loss) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    float *row = x + r * columns;
    loss[r] = 0;
    if (target[r] < 0) continue;
    float top = maximum(columns, row), right = row[target[r]], sum = 0;
    if (sums) {
      for (size_t i = 0; i < columns; i++) {
        row[i] = fast_exp(row[i] - top);
        sum += row[i];
      }
      sums[r] = sum;
    } else {
      for (size_t i = 0; i < columns; i++) sum += fast_exp(row[i] - top);
    }
    loss[r] = logf(sum) + top - right;
  }
}

MULTIVERSION void codeclm_cross_entropy_backward(size_t rows, size_t columns, float *restrict x,
                                                 const int32_t *target,
                                                 const float *restrict sums,
                                                 const float *restrict weights) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    float *row = x + r * columns;
    if (target[r] < 0 || weights[r] == 0) {
      memset(row, 0, columns * sizeof(float));
      continue;
    }
    float factor = weights[r] / sums[r];
    for (size_t i = 0; i < columns; i++) row[i] *= factor;
    row[target[r]] -= weights[r];
  }
}
