#include "CKernels.h"
#include "lanes.h"

// A tile is R neighbouring pixels by V blocks of outputs. Its sums stay in registers while its
// inputs go by; each begins with the bias and runs over the terms in order, whatever the tile's
// shape.

enum { WIDE = 14, NARROW = 6 };

// Sums are in registers only if no loop over them is left.
#define UNROLLED _Pragma("clang loop unroll(full)")

// A number in all lanes; adding it to zeros would not do, as −0 + 0 = 0.
INLINE void broadcast(lanes *y, float x) {
  *y = (lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

INLINE void clamp(lanes *x, const lanes *low, const lanes *high) {
  *x = __builtin_elementwise_max(*x, *low);
  *x = __builtin_elementwise_min(*x, *high);
}

INLINE void tile(const size_t V, const size_t R, const struct codeclm_convolution *c, size_t output,
                 const float *x, float *y, const float *residual) {
#pragma clang fp contract(fast)
  const size_t panel = c->inputs * LANES, terms = c->terms;
  const float *w = c->weights + output * panel;
  lanes sum[2 * WIDE];
  UNROLLED for (size_t v = 0; v < V; v++)
    UNROLLED for (size_t r = 0; r < R; r++) sum[v * R + r] = ((const lanes *)c->bias)[output + v];
  for (size_t t = 0; t < terms; t++) {
    const float *from = x + c->offsets[t], *end = from + c->lanes[t];
    for (; from < end; from++, w += LANES) {
      lanes weight[2];
      UNROLLED for (size_t v = 0; v < V; v++) weight[v] = *(const lanes *)(w + v * panel);
      UNROLLED for (size_t r = 0; r < R; r++) {
        const float input = from[r * LANES];
        UNROLLED for (size_t v = 0; v < V; v++) sum[v * R + r] += weight[v] * input;
      }
    }
  }
  lanes low, high;
  broadcast(&low, c->low);
  broadcast(&high, c->high);
  UNROLLED for (size_t v = 0; v < V; v++)
    UNROLLED for (size_t r = 0; r < R; r++) {
      lanes total = sum[v * R + r];
      if (residual)
        total += *(const lanes *)(residual + (output + v) * c->residual_plane + r * LANES);
      clamp(&total, &low, &high);
      *(lanes *)(y + (output + v) * c->y_plane + r * LANES) = total;
    }
}

#define TILE(R)                                   \
  case R:                                         \
    tile(V, R, c, output, x, y, residual);        \
    break;

// One row's pixels in tiles of nearly the same size.
INLINE void row(const size_t V, size_t most, const struct codeclm_convolution *c, size_t output,
                size_t width, const float *x, float *y, const float *residual) {
  const size_t tiles = (width + most - 1) / most;
  for (size_t i = 0, first = 0; i < tiles; i++) {
    const size_t last = width * (i + 1) / tiles;
    switch (last - first) {
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
      default:
        if (most == NARROW) break;
        switch (last - first) {
          TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)
        }
    }
    x += (last - first) * LANES;
    y += (last - first) * LANES;
    if (residual) residual += (last - first) * LANES;
    first = last;
  }
}

MULTIVERSION void codeclm_convolve(const struct codeclm_convolution *c, size_t rows, size_t width,
                                   const float *x, size_t x_pitch, float *y, size_t y_pitch,
                                   const float *residual, size_t residual_pitch) {
  const size_t line = width * LANES;
  if (x_pitch == line && y_pitch == line && (!residual || residual_pitch == line)) {
    width *= rows;
    rows = 1;
  }
  const int wide = has_wide_registers();
  for (size_t output = 0; output < c->outputs;) {
    const size_t V = wide && output + 2 <= c->outputs ? 2 : 1;
    for (size_t r = 0; r < rows; r++) {
      const float *from = x + r * x_pitch;
      const float *add = residual ? residual + r * residual_pitch : 0;
      float *to = y + r * y_pitch;
      if (V == 2) {
        row(2, WIDE, c, output, width, from, to, add);
      } else if (wide) {
        row(1, WIDE, c, output, width, from, to, add);
      } else {
        row(1, NARROW, c, output, width, from, to, add);
      }
    }
    output += V;
  }
}

void codeclm_gather_pixels(size_t terms, const size_t *offsets, size_t rows, size_t width,
                           size_t step, const float *x, size_t x_pitch, float *y) {
  for (size_t t = 0; t < terms; t++)
    for (size_t r = 0; r < rows; r++) {
      const float *from = x + offsets[t] + r * x_pitch;
      for (size_t i = 0; i < width; i++, y += LANES) {
        const lanes pixel = *(const unaligned_lanes *)(from + i * step);
        *(lanes *)y = pixel;
      }
    }
}

enum { PIXELS = 7 };

// R neighbouring pixels of one block.
INLINE void depthwise_tile(const size_t K, const size_t S, const size_t R, const lanes *weights,
                           const lanes *bias, const lanes *low, const lanes *high, const float *x,
                           size_t x_pitch, float *y) {
#pragma clang fp contract(fast)
  lanes sum[PIXELS];
  UNROLLED for (size_t r = 0; r < R; r++) sum[r] = *bias;
  UNROLLED for (size_t i = 0; i < K; i++) {
    const lanes *from = (const lanes *)(x + i * x_pitch);
    UNROLLED for (size_t j = 0; j < K; j++) {
      const lanes weight = weights[i * K + j];
      UNROLLED for (size_t r = 0; r < R; r++) sum[r] += weight * from[r * S + j];
    }
  }
  UNROLLED for (size_t r = 0; r < R; r++) {
    clamp(sum + r, low, high);
    ((lanes *)y)[r] = sum[r];
  }
}

INLINE void depthwise(const size_t K, const size_t S, size_t blocks, size_t rows, size_t width,
                      const lanes *weights, const lanes *bias, float low, float high,
                      const float *x, size_t x_pitch, size_t x_plane, float *y, size_t y_pitch,
                      size_t y_plane) {
  lanes lowest, highest;
  broadcast(&lowest, low);
  broadcast(&highest, high);
  for (size_t b = 0; b < blocks; b++, weights += K * K, bias++)
    for (size_t r = 0; r < rows; r++) {
      const float *from = x + b * x_plane + r * S * x_pitch;
      float *to = y + b * y_plane + r * y_pitch;
      size_t i = 0;
      for (; i + PIXELS <= width; i += PIXELS)
        depthwise_tile(K, S, PIXELS, weights, bias, &lowest, &highest, from + i * S * LANES, x_pitch,
                       to + i * LANES);
      for (; i < width; i++)
        depthwise_tile(K, S, 1, weights, bias, &lowest, &highest, from + i * S * LANES, x_pitch,
                       to + i * LANES);
    }
}

#define DEPTHWISE(K, S)                                                                          \
  if (kernel == K && stride == S)                                                                \
    depthwise(K, S, blocks, rows, width, (const lanes *)weights, (const lanes *)bias, low, high, \
              x, x_pitch, x_plane, y, y_pitch, y_plane);

MULTIVERSION void codeclm_depthwise(size_t kernel, size_t stride, size_t blocks, size_t rows,
                                    size_t width, const float *weights, const float *bias,
                                    float low, float high, const float *x, size_t x_pitch,
                                    size_t x_plane, float *y, size_t y_pitch, size_t y_plane) {
  DEPTHWISE(3, 1)
  DEPTHWISE(3, 2)
  DEPTHWISE(5, 1)
  DEPTHWISE(5, 2)
}
