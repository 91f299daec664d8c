#include "CKernels.h"
#include "lanes.h"

// ⟨query, key⟩ for 16 positions.
INLINE void score(size_t dimension, const float *query, const lanes *keys, float *scores) {
#pragma clang fp contract(fast)
  lanes even = {0}, odd = {0};
  size_t d = 0;
  for (; d + 2 <= dimension; d += 2) {
    even += keys[d] * query[d];
    odd += keys[d + 1] * query[d + 1];
  }
  if (d < dimension) even += keys[d] * query[d];
  even += odd;
  store_lanes(scores, &even);
}

// y[h, q] += Σ share · value over `count` positions, whose rows hold the values of all heads.
INLINE void blend(const size_t width, size_t count, size_t heads, size_t queries,
                  const float *shares, size_t shares_stride, const float *values, size_t row,
                  float *y) {
#pragma clang fp contract(fast)
  for (size_t t = 0; t < count; t++)
    for (size_t h = 0; h < heads; h++) {
      const float *value = values + t * row + h * width;
      for (size_t r = h * queries; r < (h + 1) * queries; r++) {
        const float share = shares[r * shares_stride + t];
        for (size_t d = 0; d < width; d += LANES)
          *(lanes *)(y + r * width + d) += *(const lanes *)(value + d) * share;
      }
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

// Keys and values of several heads lie side by side, so that they are read from first to last: a head
// of its own would be over before the processor saw where its reading goes.
MULTIVERSION void codeclm_attend(size_t heads, size_t queries, size_t dimension, size_t position,
                                 float scale, const float *rotation, float *qkv, float *keys,
                                 float *values, float *scratch, float *y) {
  const size_t width = (dimension + LANES - 1) / LANES * LANES, row = heads * width;
  const size_t count = position + 1, padded = (count + LANES - 1) / LANES * LANES;
  const size_t group = (queries + 2) * dimension, rows = heads * queries;
  float *blends = scratch + rows * padded, *inverse = blends + rows * width;
  const int32_t only = 0;
  for (size_t h = 0; h < heads; h++) {
    float *query = qkv + h * group, *key = query + queries * dimension;
    codeclm_rotate(1, queries + 1, dimension, 0, query, rotation, &only, 1);
    float *place = keys + (position / LANES * heads + h) * LANES * dimension + position % LANES;
    for (size_t d = 0; d < dimension; d++) place[d * LANES] = key[d];
    memcpy(values + position * row + h * width, key + dimension, dimension * sizeof(float));
  }

  for (size_t start = 0; start < count; start += LANES)
    for (size_t r = 0; r < rows; r++) {
      const size_t h = r / queries, q = r % queries;
      score(dimension, qkv + h * group + q * dimension,
            (const lanes *)keys + (start / LANES * heads + h) * dimension,
            scratch + r * padded + start);
    }
  for (size_t r = 0; r < rows; r++) {
    float *scores = scratch + r * padded;
    for (size_t t = count; t < padded; t++) scores[t] = -INFINITY;
    inverse[r] = exponentials(padded, scale, scores);
  }
  memset(blends, 0, rows * width * sizeof(float));
  switch (width) {
  case 32: blend(32, count, heads, queries, scratch, padded, values, row, blends); break;
  case 64: blend(64, count, heads, queries, scratch, padded, values, row, blends); break;
  case 128: blend(128, count, heads, queries, scratch, padded, values, row, blends); break;
  default: blend(width, count, heads, queries, scratch, padded, values, row, blends);
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t d = 0; d < dimension; d++)
      y[r * dimension + d] = blends[r * width + d] * inverse[r];
}
