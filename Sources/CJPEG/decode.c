#include "job.h"

#include <stdlib.h>

// The numerator n of the scale n/8.
static unsigned scale(unsigned width, unsigned height, CJPEGRequest request) {
  for (unsigned n = 1; n < 8; n *= 2) {
    if ((width * n + 7) / 8 >= request.minimum_width &&
        (height * n + 7) / 8 >= request.minimum_height)
      return n;
  }
  return 8;
}

// Reads the header and chooses size and colour space. False when the result is already known.
static int prepare(j_decompress_ptr jpeg, CJPEGRequest request, CJPEGResult *result) {
  jpeg_read_header(jpeg, TRUE);
  result->width = jpeg->image_width;
  result->height = jpeg->image_height;
  if ((uint64_t)jpeg->image_width * jpeg->image_height > request.maximum_pixels) {
    result->status = CJPEGStatusTooLarge;
    return 0;
  }
  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
    case JCS_RGB:
      jpeg->out_color_space = request.grayscale ? JCS_GRAYSCALE : JCS_RGB;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      jpeg->out_color_space = JCS_CMYK;
      result->is_inverted = jpeg->saw_Adobe_marker;
      break;
    default:
      result->status = CJPEGStatusUnsupported;
      snprintf(result->message, sizeof result->message, "%d components", jpeg->num_components);
      return 0;
  }
  jpeg->scale_num = scale(jpeg->image_width, jpeg->image_height, request);
  jpeg->scale_denom = 8;
  return 1;
}

static void read_pixels(Job *job, j_decompress_ptr jpeg, CJPEGResult *result) {
  size_t row = (size_t)jpeg->output_width * jpeg->output_components;
  result->width = jpeg->output_width;
  result->height = jpeg->output_height;
  result->channels = jpeg->output_components;
  result->count = row * jpeg->output_height;
  result->bytes = malloc(result->count);
  if (!result->bytes) {
    result->status = CJPEGStatusOutOfMemory;
    return;
  }
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW pointer = result->bytes + row * jpeg->output_scanline;
    jpeg_read_scanlines(jpeg, &pointer, 1);
  }
  // Reads on to EOI, so that what is missing or left over after the last MCU is noticed too.
  while (!jpeg_input_complete(jpeg) && jpeg_consume_input(jpeg) != JPEG_SUSPENDED) {
  }
  job_judge(job, jpeg);
}

void cjpeg_decode(const uint8_t *file, size_t count, CJPEGRequest request, CJPEGResult *result) {
  Job job;
  struct jpeg_progress_mgr progress;
  struct jpeg_decompress_struct jpeg = {.err = job_begin(&job, result)};
  job.tolerates_loss = 1;
  if (setjmp(job.escape)) {
    jpeg_destroy_decompress(&jpeg);
    cjpeg_free(result);
    return;
  }
  jpeg_create_decompress(&jpeg);
  // All 16-bit coefficients of a four-component picture, and 64 MiB for everything else.
  jpeg.mem->max_memory_to_use = (long)request.maximum_pixels * 8 + (64L << 20);
  limit_scans(&jpeg, &progress);
  jpeg_mem_src(&jpeg, file, count);
  if (prepare(&jpeg, request, result)) {
    jpeg_start_decompress(&jpeg);
    read_pixels(&job, &jpeg, result);
  }
  jpeg_destroy_decompress(&jpeg);
}
