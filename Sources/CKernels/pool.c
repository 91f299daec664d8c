#include "CKernels.h"
#include "lanes.h"

// Index of the first pixel of a window, and of that after the last, inside the picture.
INLINE size_t first_of(size_t i, size_t stride, size_t padding) {
  return i * stride < padding ? 0 : i * stride - padding;
}

INLINE size_t end_of(size_t i, size_t stride, size_t padding, size_t window, size_t side) {
  const size_t end = i * stride + window - padding;
  return end < side ? end : side;
}

INLINE void window(const int average, size_t rows, size_t columns, const float *x, size_t pitch,
                   float *y) {
  lanes result = *(const lanes *)x;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = r == 0 ? 1 : 0; c < columns; c++) {
      const lanes pixel = *(const lanes *)(x + r * pitch + c * LANES);
      result = average ? result + pixel : __builtin_elementwise_max(result, pixel);
    }
  *(lanes *)y = average ? result / (float)(rows * columns) : result;
}

INLINE void pool(const int average, size_t size, size_t stride, size_t padding, size_t blocks,
                 size_t height, size_t width, const float *x, size_t x_pitch, size_t x_plane,
                 size_t rows, size_t columns, float *y, size_t y_pitch, size_t y_plane) {
  for (size_t b = 0; b < blocks; b++)
    for (size_t r = 0; r < rows; r++) {
      const size_t top = first_of(r, stride, padding);
      const size_t bottom = end_of(r, stride, padding, size, height);
      for (size_t c = 0; c < columns; c++) {
        const size_t left = first_of(c, stride, padding);
        const size_t right = end_of(c, stride, padding, size, width);
        window(average, bottom - top, right - left,
               x + b * x_plane + top * x_pitch + left * LANES, x_pitch,
               y + b * y_plane + r * y_pitch + c * LANES);
      }
    }
}

MULTIVERSION void codeclm_pool(int average, size_t size, size_t stride, size_t padding,
                               size_t blocks, size_t height, size_t width, const float *x,
                               size_t x_pitch, size_t x_plane, size_t rows, size_t columns,
                               float *y, size_t y_pitch, size_t y_plane) {
  if (average) {
    pool(1, size, stride, padding, blocks, height, width, x, x_pitch, x_plane, rows, columns, y,
         y_pitch, y_plane);
  } else {
    pool(0, size, stride, padding, blocks, height, width, x, x_pitch, x_plane, rows, columns, y,
         y_pitch, y_plane);
  }
}

MULTIVERSION void codeclm_block_means(size_t blocks, size_t rows, size_t width, const float *x,
                                      size_t x_pitch, size_t x_plane, float *y) {
  for (size_t b = 0; b < blocks; b++) {
    lanes sum = {0};
    for (size_t r = 0; r < rows; r++)
      for (size_t i = 0; i < width; i++)
        sum += *(const lanes *)(x + b * x_plane + r * x_pitch + i * LANES);
    sum /= (float)(rows * width);
    store_lanes(y + b * LANES, &sum);
  }
}

void codeclm_clear_border(size_t blocks, size_t rows, size_t width, size_t lanes_per_pixel,
                          size_t border_rows, size_t border_columns, float *x) {
  const size_t side = border_columns * lanes_per_pixel;
  const size_t pitch = width * lanes_per_pixel + 2 * side, ends = border_rows * pitch;
  for (size_t b = 0; b < blocks; b++) {
    memset(x, 0, ends * sizeof *x);
    x += ends;
    for (size_t r = 0; r < rows; r++, x += pitch) {
      memset(x, 0, side * sizeof *x);
      memset(x + pitch - side, 0, side * sizeof *x);
    }
    memset(x, 0, ends * sizeof *x);
    x += ends;
  }
}
