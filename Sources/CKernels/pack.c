#include "CKernels.h"
#include "lanes.h"

static uint16_t bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void pack_group(size_t count, const float *row, char *group, size_t lane) {
  float top = 0;
  int is_finite = 1;
  for (size_t i = 0; i < count; i++) {
    float size = fabsf(row[i]);
    is_finite &= size <= 3.402823466e38f;
    top = size > top ? size : top;
  }
  float scale = is_finite ? top / 127 : NAN;
  ((float *)group)[lane] = scale;
  int8_t *bytes = (int8_t *)(group + CODECLM_PANEL * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    // A scale below the smallest normal float is too coarse for its quotients to stay in range.
    float quotient = scale > 0 ? rintf(row[i] / scale) : 0;
    quotient = quotient > 127 ? 127 : quotient < -127 ? -127 : quotient;
    bytes[i * CODECLM_PANEL + lane] = (int8_t)quotient;
  }
}

void codeclm_pack_weights(int format, size_t inputs, const float *row, void *weights,
                          size_t output) {
  char *panel =
      (char *)weights + output / CODECLM_PANEL * codeclm_panel_bytes(format, inputs);
  size_t lane = output % CODECLM_PANEL;
  if (format == CODECLM_F32) {
    for (size_t i = 0; i < inputs; i++) ((float *)panel)[i * CODECLM_PANEL + lane] = row[i];
  } else if (format == CODECLM_F16) {
    for (size_t i = 0; i < inputs; i++)
      ((_Float16 *)panel)[i * CODECLM_PANEL + lane] = (_Float16)row[i];
  } else if (format == CODECLM_BF16) {
    size_t place = 2 * (lane % LANES) + lane / LANES;
    for (size_t i = 0; i < inputs; i++)
      ((uint16_t *)panel)[i * CODECLM_PANEL + place] = bfloat16(row[i]);
  } else {
    for (size_t i = 0; i < inputs; i += CODECLM_GROUP) {
      size_t count = inputs - i < CODECLM_GROUP ? inputs - i : CODECLM_GROUP;
      pack_group(count, row + i, panel, lane);
      panel += codeclm_panel_bytes(format, count);
    }
  }
}

// Swaps the off-diagonal blocks of `distance` rows and columns within pairs of blocks.
#define EXCHANGE(distance, ...)                                                              \
  for (int i = 0; i < LANES; i++) {                                                          \
    if (i & distance) continue;                                                              \
    lanes a = t[i], b = t[i + distance];                                                     \
    t[i] = __builtin_shufflevector(a, b, EVEN_##distance);                                   \
    t[i + distance] = __builtin_shufflevector(a, b, ODD_##distance);                         \
  }
#define EVEN_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define ODD_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define EVEN_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define ODD_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define EVEN_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define ODD_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define EVEN_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define ODD_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31

INLINE void transpose(lanes *t) {
  EXCHANGE(8)
  EXCHANGE(4)
  EXCHANGE(2)
  EXCHANGE(1)
}

// Too many rows for the processor to run ahead of: columns by which they are asked for early.
enum { AHEAD = 4 * LANES };

// At most 16 rows side by side; with a weight, scaled on the way.
INLINE void pack_sixteen(size_t count, size_t columns, const float *x, size_t x_stride,
                         const float *scale, const float *weight, float *packed) {
  for (size_t c = 0; c < columns; c += LANES) {
    const size_t width = columns - c < LANES ? columns - c : LANES;
    lanes t[LANES], factor = {0};
    memset(t, 0, sizeof t);
    if (weight) memcpy(&factor, weight + c, width * sizeof(float));
    for (size_t r = 0; r < count; r++) {
      const float *in = x + r * x_stride + c;
      __builtin_prefetch(in + AHEAD);
      if (width == LANES) {
        t[r] = *(const unaligned_lanes *)in;
      } else {
        memcpy(t + r, in, width * sizeof(float));
      }
      if (weight) t[r] = t[r] * scale[r] * factor;
    }
    transpose(t);
    memcpy(packed + c * LANES, t, width * sizeof(lanes));
  }
}

MULTIVERSION void codeclm_pack_rows(size_t rows, size_t columns, const float *x, size_t x_stride,
                                    const float *weight, float epsilon, float *packed) {
  if (rows == 1) {
    float scale = weight ? rms_scale(columns, x, epsilon) : 1;
    for (size_t c = 0; c < columns; c++) packed[c] = weight ? x[c] * scale * weight[c] : x[c];
    return;
  }
  for (size_t first = 0; first < rows; first += LANES, packed += columns * LANES) {
    const size_t count = rows - first < LANES ? rows - first : LANES;
    const float *from = x + first * x_stride;
    float scale[LANES];
    for (size_t r = 0; r < count; r++)
      scale[r] = weight ? rms_scale(columns, from + r * x_stride, epsilon) : 1;
    pack_sixteen(count, columns, from, x_stride, scale, weight, packed);
  }
}

MULTIVERSION void codeclm_pack_keys(size_t rows, size_t columns, const float *x, size_t x_stride,
                                    float *packed) {
  for (size_t first = 0; first < rows; first += LANES, packed += columns * LANES) {
    const size_t count = rows - first < LANES ? rows - first : LANES;
    pack_sixteen(count, columns, x + first * x_stride, x_stride, NULL, NULL, packed);
  }
}
