#include "CKernels.h"
#include "lanes.h"

// A panel's outputs are summed in the lanes of two vectors, so that no sum is taken across lanes,
// and its weights are read from first to last. A tile's sums stay in registers while its inputs go
// by; each runs over the inputs in order, in blocks, whatever the tile's shape.

enum { HALVES = CODECLM_PANEL / LANES, BLOCK = 256, AHEAD = 64 };

// Bytes of one input's weights in a panel.
INLINE size_t input_bytes(const int format) {
  return format == CODECLM_F32 ? 4 * CODECLM_PANEL
         : format == CODECLM_Q8 ? CODECLM_PANEL
                                : 2 * CODECLM_PANEL;
}

INLINE size_t scale_bytes(const int format) {
  return format == CODECLM_Q8 ? CODECLM_PANEL * sizeof(float) : 0;
}

size_t codeclm_panel_bytes(int format, size_t inputs) {
  size_t groups = (inputs + CODECLM_GROUP - 1) / CODECLM_GROUP;
  size_t bytes = inputs * input_bytes(format) + groups * scale_bytes(format);
  return (bytes + sizeof(lanes) - 1) / sizeof(lanes) * sizeof(lanes);
}

INLINE void load_weights(lanes *weight, const int format, const char *input, size_t half) {
  if (format == CODECLM_F32) {
    *weight = ((const lanes *)input)[half];
  } else if (format == CODECLM_F16) {
    *weight = __builtin_convertvector(((const lane_halves *)input)[half], lanes);
  } else if (format == CODECLM_BF16) {
    lane_bits pairs = *(const lane_bits *)input;
    pairs = half == 0 ? pairs << 16 : pairs & 0xffff0000u;
    memcpy(weight, &pairs, sizeof pairs);
  } else {
    *weight = __builtin_convertvector(((const lane_bytes *)input)[half], lanes);
  }
}

// P panels by R rows, H halves of a panel at a time. Row r's input i stands at x[i · step + r].
INLINE void tile(const int format, const size_t P, const size_t R, const size_t H,
                 const size_t step, size_t inputs, const float *x, const char *panel,
                 size_t panel_bytes, lanes *sums) {
#pragma clang fp contract(fast)
  const size_t bytes = input_bytes(format), scales = scale_bytes(format);
  const size_t block = format == CODECLM_Q8 ? CODECLM_GROUP : BLOCK;
  memset(sums, 0, P * HALVES * R * sizeof *sums);
  for (size_t start = 0; start < inputs; start += block) {
    const size_t count = inputs - start < block ? inputs - start : block;
    const char *group = panel + start * bytes + start / block * scales;
    const float *from = x + start * step;
    for (size_t half = 0; half < HALVES; half += H) {
      lanes sum[P * H * R];
      for (size_t p = 0; p < P; p++)
        for (size_t h = 0; h < H; h++)
          for (size_t r = 0; r < R; r++)
            sum[(p * H + h) * R + r] =
                scales ? (lanes){0} : sums[(p * HALVES + half + h) * R + r];
      for (size_t i = 0; i < count; i++) {
        for (size_t p = 0; p < P; p++) {
          const char *input = group + p * panel_bytes + scales + i * bytes;
          // One row's reading is regular enough for the processor to run ahead of.
          if (R > 1 && half == 0)
            for (size_t line = 0; line < bytes; line += 64)
              __builtin_prefetch(input + AHEAD * bytes + line);
          for (size_t h = 0; h < H; h++) {
            lanes weight;
            load_weights(&weight, format, input, half + h);
            for (size_t r = 0; r < R; r++)
              sum[(p * H + h) * R + r] += weight * from[i * step + r];
          }
        }
      }
      for (size_t p = 0; p < P; p++)
        for (size_t h = 0; h < H; h++)
          for (size_t r = 0; r < R; r++) {
            lanes *total = sums + (p * HALVES + half + h) * R + r;
            const lanes part = sum[(p * H + h) * R + r];
            if (scales) {
              *total += part * ((const lanes *)(group + p * panel_bytes))[half + h];
            } else {
              *total = part;
            }
          }
    }
  }
}

// The sums [HALVES][R] of one panel go where they belong.
INLINE void finish(const int epilogue, const size_t R, size_t rows, const lanes *sums, float *y,
                   size_t y_stride, size_t panel) {
  for (size_t r = 0; r < R && r < rows; r++) {
    if (epilogue == CODECLM_GATE) {
      const float *gate = (const float *)(sums + r), *up = (const float *)(sums + R + r);
      float *to = y + r * y_stride + panel * LANES;
      for (size_t l = 0; l < LANES; l++) to[l] = gate[l] * sigmoid(gate[l]) * up[l];
      continue;
    }
    for (size_t half = 0; half < HALVES; half++) {
      float *to = y + r * y_stride + panel * CODECLM_PANEL + half * LANES;
      lanes sum = sums[half * R + r];
      if (epilogue == CODECLM_ADD) sum += *(const unaligned_lanes *)to;
      store_lanes(to, &sum);
    }
  }
}

INLINE void rows_of(const int format, const int epilogue, const size_t R, const size_t H,
                    size_t rows, size_t inputs, const float *x, const char *weights,
                    size_t panel_bytes, float *y, size_t y_stride, size_t panel) {
  lanes sums[HALVES * R];
  tile(format, 1, R, H, LANES, inputs, x, weights + panel * panel_bytes, panel_bytes, sums);
  finish(epilogue, R, rows, sums, y, y_stride, panel);
}

INLINE void product(const int format, const int epilogue, size_t rows, size_t inputs, size_t first,
                    size_t last, const float *x, const char *weights, float *y, size_t y_stride) {
  const size_t bytes = codeclm_panel_bytes(format, inputs);
  if (rows == 1) {
    lanes sums[2 * HALVES];
    size_t panel = first;
    for (; panel + 2 <= last; panel += 2) {
      tile(format, 2, 1, HALVES, 1, inputs, x, weights + panel * bytes, bytes, sums);
      finish(epilogue, 1, 1, sums, y, y_stride, panel);
      finish(epilogue, 1, 1, sums + HALVES, y, y_stride, panel + 1);
    }
    for (; panel < last; panel++) {
      tile(format, 1, 1, HALVES, 1, inputs, x, weights + panel * bytes, bytes, sums);
      finish(epilogue, 1, 1, sums, y, y_stride, panel);
    }
    return;
  }
  // A tile of 16 rows and 16 outputs needs the 32 registers of AVX-512.
  const int wide = has_wide_registers();
  for (size_t panel = first; panel < last; panel++)
    for (size_t r = 0; r < rows; r += LANES) {
      const float *from = x + r * inputs;
      float *to = y + r * y_stride;
      const size_t left = rows - r;
      if (wide && left > 8) {
        rows_of(format, epilogue, 16, 1, left, inputs, from, weights, bytes, to, y_stride, panel);
      } else if (wide && left > 4) {
        rows_of(format, epilogue, 8, 2, left, inputs, from, weights, bytes, to, y_stride, panel);
      } else if (wide) {
        rows_of(format, epilogue, 4, 2, left, inputs, from, weights, bytes, to, y_stride, panel);
      } else {
        for (size_t four = 0; four < LANES && four < left; four += 4)
          rows_of(format, epilogue, 4, 1, left - four, inputs, from + four, weights, bytes,
                  to + four * y_stride, y_stride, panel);
      }
    }
}

#define PRODUCT(name, format)                                                                  \
  MULTIVERSION void name(int epilogue, size_t rows, size_t inputs, size_t first, size_t last,  \
                         const float *x, const void *weights, float *y, size_t y_stride) {     \
    product(format, epilogue, rows, inputs, first, last, x, weights, y, y_stride);             \
  }

PRODUCT(codeclm_product_f32, CODECLM_F32)
PRODUCT(codeclm_product_f16, CODECLM_F16)
PRODUCT(codeclm_product_bf16, CODECLM_BF16)
PRODUCT(codeclm_product_q8, CODECLM_Q8)
