#include "CKernels.h"
#include "lanes.h"

// Products of attention's blocks. A tile of ROWS rows keeps its sums in registers while the depth
// goes by; each sum runs over the depth in order. What lies beyond the diagonal is left out, tile by
// tile.

enum { ROWS = 6, WIDEST = 4, DEPTH = 96 };

// Vector v of a row of `columns` floats, of which the last may be short.
INLINE void load_some(lanes *x, const float *row, size_t v, size_t columns) {
  if ((v + 1) * LANES <= columns) {
    *x = ((const unaligned_lanes *)row)[v];
  } else {
    lanes part = {0};
    memcpy(&part, row + v * LANES, (columns - v * LANES) * sizeof(float));
    *x = part;
  }
}

INLINE void store_some(float *row, size_t v, size_t columns, const lanes *x) {
  if ((v + 1) * LANES <= columns) {
    ((unaligned_lanes *)row)[v] = *x;
  } else {
    const lanes part = *x;
    memcpy(row + v * LANES, &part, (columns - v * LANES) * sizeof(float));
  }
}

// y[r, 16 v + l] (+)= Σ a[r · a_row + i · a_step] · b[i · b_step + v · b_vector + l] for i < depth,
// r < rows ≤ ROWS and 16 v + l < columns ≤ 16 V.
INLINE void tile(const size_t V, size_t rows, size_t columns, size_t depth, const float *a,
                 size_t a_row, size_t a_step, const float *b, size_t b_step, size_t b_vector,
                 int add, float *y, size_t y_stride) {
#pragma clang fp contract(fast)
  const float *from[ROWS];
  // Rows that are missing repeat the last one; their sums go nowhere.
  for (size_t r = 0; r < ROWS; r++) from[r] = a + (r < rows ? r : rows - 1) * a_row;
  // Constant bounds and indices keep the sums in registers.
  lanes sum[ROWS][WIDEST];
#pragma unroll
  for (size_t r = 0; r < ROWS; r++)
#pragma unroll
    for (size_t v = 0; v < V; v++) {
      sum[r][v] = (lanes){0};
      if (add && r < rows) load_some(&sum[r][v], y + r * y_stride, v, columns);
    }
  for (size_t i = 0; i < depth; i++) {
    lanes value[WIDEST];
#pragma unroll
    for (size_t v = 0; v < V; v++)
      value[v] = *(const unaligned_lanes *)(b + i * b_step + v * b_vector);
#pragma unroll
    for (size_t r = 0; r < ROWS; r++)
#pragma unroll
      for (size_t v = 0; v < V; v++) sum[r][v] += value[v] * from[r][i * a_step];
  }
#pragma unroll
  for (size_t r = 0; r < ROWS; r++)
#pragma unroll
    for (size_t v = 0; v < V; v++)
      if (r < rows) store_some(y + r * y_stride, v, columns, &sum[r][v]);
}

// Four vectors a tile need the registers of AVX-512.
INLINE size_t vectors(size_t left) {
  if (!has_wide_registers()) return 1;
  return left > 2 * LANES ? 4 : left > LANES ? 2 : 1;
}

// A tile as wide as `columns` and the registers allow, and again until `columns` are done.
INLINE void tiles(size_t rows, size_t columns, size_t depth, const float *a, size_t a_row,
                  size_t a_step, const float *b, size_t b_step, size_t b_vector, int add,
                  float *y, size_t y_stride) {
  for (size_t c = 0; c < columns;) {
    const size_t count = vectors(columns - c), left = columns - c;
    const size_t width = left < count * LANES ? left : count * LANES;
    const float *from = b + c / LANES * b_vector;
    if (count == 4) {
      tile(4, rows, width, depth, a, a_row, a_step, from, b_step, b_vector, add, y + c, y_stride);
    } else if (count == 2) {
      tile(2, rows, width, depth, a, a_row, a_step, from, b_step, b_vector, add, y + c, y_stride);
    } else {
      tile(1, rows, width, depth, a, a_row, a_step, from, b_step, b_vector, add, y + c, y_stride);
    }
    c += width;
  }
}

MULTIVERSION void codeclm_block_scores(size_t rows, size_t columns, size_t dimension, size_t first,
                                       const float *queries, size_t stride, const float *keys,
                                       float *scores, size_t scores_stride) {
  for (size_t c = 0; c < columns; c += 4 * LANES)
    for (size_t r = c > first ? (c - first) / ROWS * ROWS : 0; r < rows; r += ROWS)
      tiles(rows - r < ROWS ? rows - r : ROWS, 4 * LANES, dimension, queries + r * stride, stride,
            1, keys + c * dimension, LANES, dimension * LANES, 0, scores + r * scores_stride + c,
            scores_stride);
}

MULTIVERSION void codeclm_block_rows(size_t rows, size_t depth, size_t columns, size_t first,
                                     const float *p, size_t p_stride, const float *values,
                                     int add, float *y, size_t y_stride) {
  const size_t width = (columns + LANES - 1) / LANES * LANES;
  for (size_t start = 0; start < depth; start += DEPTH)
    for (size_t r = 0; r < rows; r += ROWS) {
      const size_t count = rows - r < ROWS ? rows - r : ROWS;
      size_t end = depth < start + DEPTH ? depth : start + DEPTH;
      if (end > first + r + count) end = first + r + count;
      if (end <= start) continue;
      tiles(count, columns, end - start, p + r * p_stride + start, p_stride, 1,
            values + start * width, width, LANES, add || start > 0, y + r * y_stride, y_stride);
    }
}

MULTIVERSION void codeclm_block_columns(size_t rows, size_t depth, size_t columns, size_t first,
                                        const float *p, size_t p_stride, const float *values,
                                        float *y, size_t y_stride) {
  const size_t width = (columns + LANES - 1) / LANES * LANES;
  for (size_t r = 0; r < rows; r += ROWS) {
    const size_t start = r > first ? r - first : 0;
    if (start >= depth) return;
    tiles(rows - r < ROWS ? rows - r : ROWS, columns, depth - start, p + r + start * p_stride, 1,
          p_stride, values + start * width, width, LANES, 1, y + r * y_stride, y_stride);
  }
}
