#include "CKernels.h"
#include "vector.h"

MULTIVERSION void codeclm_rms_norm(size_t rows, size_t columns, const float *restrict x,
                                   const float *restrict weight, float epsilon, float *restrict y,
                                   float *restrict rstd) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns;
    float *out = y + r * columns;
    float scale = rms_scale(columns, in, epsilon);
    rstd[r] = scale;
    for (size_t c = 0; c < columns; c++) out[c] = in[c] * scale * weight[c];
  }
}

// With n = x · rstd: dx = rstd (w dy − n · mean(w dy n)).
MULTIVERSION void codeclm_rms_norm_backward(size_t rows, size_t columns, const float *restrict x,
                                            const float *restrict weight,
                                            const float *restrict rstd, const float *restrict dy,
                                            float *restrict dx, float *restrict dweight,
                                            float *restrict y) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns, *d = dy + r * columns;
    float *out = dx + r * columns, *normed = y + r * columns;
    float scale = rstd[r], sum = 0;
    for (size_t c = 0; c < columns; c++) sum += weight[c] * d[c] * in[c];
    float mean = sum * scale / (float)columns;
    for (size_t c = 0; c < columns; c++) {
      float n = in[c] * scale;
      normed[c] = n * weight[c];
      dweight[c] += d[c] * n;
      out[c] += scale * (weight[c] * d[c] - n * mean);
    }
  }
}

MULTIVERSION void codeclm_rotate(size_t rows, size_t heads, size_t dimension, size_t stride,
                                 float *restrict x, const float *restrict table,
                                 const int32_t *position, float sign) {
#pragma clang fp contract(fast)
  size_t half = dimension / 2;
  for (size_t r = 0; r < rows; r++) {
    const float *cosine = table + (size_t)position[r] * dimension, *sine = cosine + half;
    for (size_t h = 0; h < heads; h++) {
      float *a = x + r * stride + h * dimension, *b = a + half;
      for (size_t i = 0; i < half; i++) {
        float first = a[i], second = b[i];
        a[i] = first * cosine[i] - sign * second * sine[i];
        b[i] = second * cosine[i] + sign * first * sine[i];
      }
    }
  }
}
