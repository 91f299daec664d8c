#include "CKernels.h"
#include "vector.h"

// Four rows at a time: of each element that is loaded both products are made, and each element of y
// is loaded and stored once for the four.
MULTIVERSION void codeclm_symmetric_rows(size_t rows, size_t columns, const double *a, size_t stride,
                                         const double *restrict x, double *restrict y) {
#pragma clang fp reassociate(on) contract(fast)
  size_t r = 0;
  for (; r + 4 <= rows && r + 4 <= columns; r += 4) {
    const double *a0 = a + r * stride, *a1 = a0 + stride, *a2 = a1 + stride, *a3 = a2 + stride;
    const double x0 = x[r], x1 = x[r + 1], x2 = x[r + 2], x3 = x[r + 3];
    double s0 = a0[r] * x0 + a0[r + 1] * x1 + a0[r + 2] * x2 + a0[r + 3] * x3;
    double s1 = a0[r + 1] * x0 + a1[r + 1] * x1 + a1[r + 2] * x2 + a1[r + 3] * x3;
    double s2 = a0[r + 2] * x0 + a1[r + 2] * x1 + a2[r + 2] * x2 + a2[r + 3] * x3;
    double s3 = a0[r + 3] * x0 + a1[r + 3] * x1 + a2[r + 3] * x2 + a3[r + 3] * x3;
    for (size_t c = r + 4; c < columns; c++) {
      double v0 = a0[c], v1 = a1[c], v2 = a2[c], v3 = a3[c], xc = x[c];
      y[c] += v0 * x0 + v1 * x1 + v2 * x2 + v3 * x3;
      s0 += v0 * xc;
      s1 += v1 * xc;
      s2 += v2 * xc;
      s3 += v3 * xc;
    }
    y[r] += s0;
    y[r + 1] += s1;
    y[r + 2] += s2;
    y[r + 3] += s3;
  }
  for (; r < rows; r++) {
    const double *row = a + r * stride;
    double sum = row[r] * x[r];
    for (size_t c = r + 1; c < columns; c++) {
      y[c] += row[c] * x[r];
      sum += row[c] * x[c];
    }
    y[r] += sum;
  }
}
