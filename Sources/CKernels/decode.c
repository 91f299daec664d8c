#include "CKernels.h"
#include "lanes.h"

// Positions that go through the processor's first cache at a time, so that the heads which share
// them read memory once.
enum { BLOCKS = 4, CHUNK = BLOCKS * LANES };

// ⟨query, key⟩ for B blocks of 16 positions.
INLINE void score(const size_t B, size_t dimension, const float *query, const float *keys,
                  float *scores) {
#pragma clang fp contract(fast)
  lanes sum[B];
  for (size_t b = 0; b < B; b++) sum[b] = (lanes){0};
  for (size_t d = 0; d < dimension; d++)
    for (size_t b = 0; b < B; b++) {
      if (B > 1) __builtin_prefetch((const lanes *)keys + (b + B) * dimension + d);
      sum[b] += ((const lanes *)keys)[b * dimension + d] * query[d];
    }
  for (size_t b = 0; b < B; b++) store_lanes(scores + b * LANES, sum + b);
}

// y += Σ share · value over `count` positions, for V vectors of 16 channels.
INLINE void blend(const size_t V, size_t count, const float *shares, const float *values,
                  size_t stride, float *y) {
#pragma clang fp contract(fast)
  lanes even[V], odd[V];
  for (size_t v = 0; v < V; v++) even[v] = ((const unaligned_lanes *)y)[v], odd[v] = (lanes){0};
  size_t t = 0;
  for (; t + 2 <= count; t += 2)
    for (size_t v = 0; v < V; v++) {
      even[v] += ((const lanes *)(values + t * stride))[v] * shares[t];
      odd[v] += ((const lanes *)(values + (t + 1) * stride))[v] * shares[t + 1];
    }
  if (t < count)
    for (size_t v = 0; v < V; v++)
      even[v] += ((const lanes *)(values + t * stride))[v] * shares[t];
  for (size_t v = 0; v < V; v++) {
    even[v] += odd[v];
    store_lanes(y + v * LANES, even + v);
  }
}

// Scores become e^(scale · (score − the largest)); returns 1 / their sum.
INLINE float exponentials(size_t count, float scale, float *scores) {
#pragma clang fp reassociate(on) contract(fast)
  lanes tops = *(const unaligned_lanes *)scores;
  for (size_t t = LANES; t < count; t += LANES)
    tops = __builtin_elementwise_max(tops, *(const unaligned_lanes *)(scores + t));
  float top = tops[0], sum = 0;
  for (size_t l = 1; l < LANES; l++) top = tops[l] > top ? tops[l] : top;
  for (size_t t = 0; t < count; t++) {
    scores[t] = fast_exp(scale * (scores[t] - top));
    sum += scores[t];
  }
  return 1 / sum;
}

MULTIVERSION void codeclm_attend(size_t heads, size_t dimension, size_t position, float scale,
                                 const float *rotation, float *qkv, float *keys, float *values,
                                 float *scratch, float *y) {
  const size_t width = (dimension + LANES - 1) / LANES * LANES;
  const size_t count = position + 1, padded = (count + LANES - 1) / LANES * LANES;
  float *blends = scratch + heads * padded, *inverse = blends + heads * width;
  const int32_t only = 0;
  codeclm_rotate(1, heads + 1, dimension, 0, qkv, rotation, &only, 1);
  const float *key = qkv + heads * dimension, *value = key + dimension;
  float *place = keys + position / LANES * LANES * dimension + position % LANES;
  for (size_t d = 0; d < dimension; d++) place[d * LANES] = key[d];
  memcpy(values + position * width, value, dimension * sizeof(float));

  for (size_t start = 0; start < count; start += CHUNK)
    for (size_t h = 0; h < heads; h++) {
      const float *query = qkv + h * dimension, *from = keys + start * dimension;
      float *scores = scratch + h * padded + start;
      if (padded - start >= CHUNK) {
        score(BLOCKS, dimension, query, from, scores);
      } else {
        for (size_t t = 0; t < padded - start; t += LANES)
          score(1, dimension, query, from + t * dimension, scores + t);
      }
    }
  for (size_t h = 0; h < heads; h++) {
    float *scores = scratch + h * padded;
    for (size_t t = count; t < padded; t++) scores[t] = -INFINITY;
    inverse[h] = exponentials(padded, scale, scores);
  }
  memset(blends, 0, heads * width * sizeof(float));
  for (size_t start = 0; start < count; start += CHUNK)
    for (size_t h = 0; h < heads; h++) {
      const size_t length = count - start < CHUNK ? count - start : CHUNK;
      const float *shares = scratch + h * padded + start, *from = values + start * width;
      size_t d = 0;
      for (; d + 4 * LANES <= width; d += 4 * LANES)
        blend(4, length, shares, from + d, width, blends + h * width + d);
      for (; d + 2 * LANES <= width; d += 2 * LANES)
        blend(2, length, shares, from + d, width, blends + h * width + d);
      for (; d < width; d += LANES)
        blend(1, length, shares, from + d, width, blends + h * width + d);
    }
  for (size_t h = 0; h < heads; h++)
    for (size_t d = 0; d < dimension; d++)
      y[h * dimension + d] = blends[h * width + d] * inverse[h];
}
