#include "CKernels.h"
#include "lanes.h"

// Sixteen neighbouring elements of a cache, `index` sixteens away.
INLINE void load_sixteen(lanes *to, const int is_half, const void *from, size_t index) {
  if (is_half) {
    *to = __builtin_convertvector(((const lane_halves *)from)[index], lanes);
  } else {
    *to = ((const lanes *)from)[index];
  }
}

INLINE void store_one(const int is_half, void *to, size_t index, float x) {
  if (is_half) {
    ((_Float16 *)to)[index] = (_Float16)x;
  } else {
    ((float *)to)[index] = x;
  }
}

// ⟨query, key⟩ for 16 positions, of which the keys' element d is the one `first` + d.
INLINE void score(const int is_half, size_t dimension, const float *query, const void *keys,
                  size_t first, float *scores) {
#pragma clang fp contract(fast)
  lanes sums[2] = {{0}, {0}}, key;
  size_t d = 0;
  for (; d + 2 <= dimension; d += 2)
    for (size_t odd = 0; odd < 2; odd++) {
      load_sixteen(&key, is_half, keys, first + d + odd);
      sums[odd] += key * query[d + odd];
    }
  if (d < dimension) {
    load_sixteen(&key, is_half, keys, first + d);
    sums[0] += key * query[d];
  }
  sums[0] += sums[1];
  store_lanes(scores, sums);
}

// y[h, q] += Σ share · value over `count` positions, whose rows hold the values of all heads.
INLINE void blend(const int is_half, const size_t width, size_t count, size_t heads,
                  size_t queries, const float *shares, size_t shares_stride, const void *values,
                  float *y) {
#pragma clang fp contract(fast)
  for (size_t t = 0; t < count; t++)
    for (size_t h = 0; h < heads; h++) {
      const size_t value = (t * heads + h) * (width / LANES);
      for (size_t r = h * queries; r < (h + 1) * queries; r++) {
        const float share = shares[r * shares_stride + t];
        for (size_t v = 0; v < width / LANES; v++) {
          lanes sixteen;
          load_sixteen(&sixteen, is_half, values, value + v);
          ((lanes *)(y + r * width))[v] += sixteen * share;
        }
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
INLINE void attend(const int is_half, size_t heads, size_t queries, size_t dimension,
                   size_t position, float scale, const float *rotation, float *qkv, void *keys,
                   void *values, float *scratch, float *y) {
  const size_t width = (dimension + LANES - 1) / LANES * LANES;
  const size_t count = position + 1, padded = (count + LANES - 1) / LANES * LANES;
  const size_t group = (queries + 2) * dimension, rows = heads * queries;
  float *blends = scratch + rows * padded, *inverse = blends + rows * width;
  const int32_t only = 0;
  for (size_t h = 0; h < heads; h++) {
    float *query = qkv + h * group, *key = query + queries * dimension;
    codeclm_rotate(1, queries + 1, dimension, 0, query, rotation, &only, 1);
    const float *value = key + dimension;
    const size_t place = (position / LANES * heads + h) * dimension;
    for (size_t d = 0; d < dimension; d++) {
      store_one(is_half, keys, (place + d) * LANES + position % LANES, key[d]);
      store_one(is_half, values, (position * heads + h) * width + d, value[d]);
    }
  }

  for (size_t start = 0; start < count; start += LANES)
    for (size_t r = 0; r < rows; r++) {
      const size_t h = r / queries, q = r % queries;
      score(is_half, dimension, qkv + h * group + q * dimension, keys,
            (start / LANES * heads + h) * dimension, scratch + r * padded + start);
    }
  for (size_t r = 0; r < rows; r++) {
    float *scores = scratch + r * padded;
    for (size_t t = count; t < padded; t++) scores[t] = -INFINITY;
    inverse[r] = exponentials(padded, scale, scores);
  }
  memset(blends, 0, rows * width * sizeof(float));
#define BLEND(width) \
  blend(is_half, width, count, heads, queries, scratch, padded, values, blends)
  switch (width) {
  case 32: BLEND(32); break;
  case 64: BLEND(64); break;
  case 128: BLEND(128); break;
  default: BLEND(width);
  }
#undef BLEND
  for (size_t r = 0; r < rows; r++)
    for (size_t d = 0; d < dimension; d++)
      y[r * dimension + d] = blends[r * width + d] * inverse[r];
}

MULTIVERSION void codeclm_attend(int is_half, size_t heads, size_t queries, size_t dimension,
                                 size_t position, float scale, const float *rotation, float *qkv,
                                 void *keys, void *values, float *scratch, float *y) {
  if (is_half) {
    attend(1, heads, queries, dimension, position, scale, rotation, qkv, keys, values, scratch, y);
  } else {
    attend(0, heads, queries, dimension, position, scale, rotation, qkv, keys, values, scratch, y);
  }
}
