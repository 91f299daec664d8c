#include "CKernels.h"
#include "vector.h"

MULTIVERSION void codeclm_add(size_t count, const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < count; i++) y[i] += x[i];
}

MULTIVERSION double codeclm_sum_squares(size_t count, const float *x) {
#pragma clang fp reassociate(on) contract(fast)
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

MULTIVERSION float codeclm_sum(size_t count, const float *x) {
#pragma clang fp reassociate(on)
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}

MULTIVERSION void codeclm_adamw(size_t count, float *restrict w, const float *restrict g,
                                float *restrict m, float *restrict v,
                                const struct codeclm_adamw_step *step) {
#pragma clang fp contract(fast)
  const struct codeclm_adamw_step s = *step;
  for (size_t i = 0; i < count; i++) {
    float gradient = s.gradient_scale * g[i];
    float first = s.beta1 * m[i] + (1 - s.beta1) * gradient;
    float second = s.beta2 * v[i] + (1 - s.beta2) * gradient * gradient;
    m[i] = first;
    v[i] = second;
    float denominator = __builtin_sqrtf(second * s.correction2) + s.epsilon;
    w[i] -= s.decay * w[i] + s.learning_rate * (first * s.correction1) / denominator;
  }
}

void codeclm_gather(size_t rows, size_t columns, const float *table, const int32_t *index,
                    float *y) {
  for (size_t r = 0; r < rows; r++)
    memcpy(y + r * columns, table + (size_t)index[r] * columns, columns * sizeof(float));
}

MULTIVERSION void codeclm_scatter_add(size_t rows, size_t columns, size_t first, size_t last,
                                      const float *restrict x, const int32_t *index,
                                      float *restrict table) {
  for (size_t r = 0; r < rows; r++) {
    float *to = table + (size_t)index[r] * columns;
    const float *from = x + r * columns;
    for (size_t c = first; c < last; c++) to[c] += from[c];
  }
}

MULTIVERSION void codeclm_swiglu(size_t rows, size_t columns, const float *restrict gate_up,
                                 float *restrict y) {
#pragma clang fp contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *gate = gate_up + r * 2 * columns, *up = gate + columns;
    float *out = y + r * columns;
    for (size_t i = 0; i < columns; i++) out[i] = gate[i] * sigmoid(gate[i]) * up[i];
  }
}

MULTIVERSION void codeclm_swiglu_backward(size_t rows, size_t columns,
                                          const float *restrict gate_up, const float *restrict dy,
                                          float *restrict dgate_up, float *restrict y) {
#pragma clang fp contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *gate = gate_up + r * 2 * columns, *up = gate + columns;
    float *dgate = dgate_up + r * 2 * columns, *dup = dgate + columns;
    const float *d = dy + r * columns;
    float *out = y + r * columns;
    for (size_t i = 0; i < columns; i++) {
      float s = sigmoid(gate[i]), silu = gate[i] * s;
      out[i] = silu * up[i];
      dup[i] = d[i] * silu;
      // d silu(a) / da = s (1 + a (1 − s))
      dgate[i] = d[i] * up[i] * (s + silu * (1 - s));
    }
  }
}
