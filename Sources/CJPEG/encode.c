#include "job.h"

#include <stdlib.h>

#include <jerror.h>

static void output_begin(j_compress_ptr jpeg) {
  Output *output = (Output *)jpeg->dest;
  output->capacity = 4096;
  output->result->bytes = malloc(output->capacity);
  if (!output->result->bytes) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  output->manager.next_output_byte = output->result->bytes;
  output->manager.free_in_buffer = output->capacity;
}

// libjpeg calls this when the buffer is full, whatever free_in_buffer says.
static boolean output_grow(j_compress_ptr jpeg) {
  Output *output = (Output *)jpeg->dest;
  uint8_t *bytes = realloc(output->result->bytes, output->capacity * 2);
  if (!bytes) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  output->result->bytes = bytes;
  output->manager.next_output_byte = bytes + output->capacity;
  output->manager.free_in_buffer = output->capacity;
  output->capacity *= 2;
  return TRUE;
}

static void output_end(j_compress_ptr jpeg) {
  Output *output = (Output *)jpeg->dest;
  output->result->count = output->capacity - output->manager.free_in_buffer;
}

void create_compressor(j_compress_ptr jpeg, Output *output, CJPEGForm form, CJPEGResult *result) {
  jpeg_create_compress(jpeg);
  output->manager.init_destination = output_begin;
  output->manager.empty_output_buffer = output_grow;
  output->manager.term_destination = output_end;
  output->result = result;
  jpeg->dest = &output->manager;
  jpeg->image_width = form.width;
  jpeg->image_height = form.height;
  jpeg->input_components = form.components;
  jpeg->in_color_space = form.components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, form.quality, TRUE);
  jpeg->comp_info[0].h_samp_factor = form.horizontal;
  jpeg->comp_info[0].v_samp_factor = form.vertical;
  jpeg->restart_interval = form.restart_interval;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg_suppress_tables(jpeg, !form.has_tables);
}

void cjpeg_encode(const uint8_t *pixels, CJPEGForm form, CJPEGResult *result) {
  Job job;
  Output output;
  struct jpeg_compress_struct jpeg = {.err = job_begin(&job, result)};
  if (setjmp(job.escape)) {
    jpeg_destroy_compress(&jpeg);
    cjpeg_free(result);
    return;
  }
  result->width = form.width;
  result->height = form.height;
  create_compressor(&jpeg, &output, form, result);
  jpeg_start_compress(&jpeg, FALSE);
  while (jpeg.next_scanline < jpeg.image_height) {
    // libjpeg reads these rows only, though its type for them is not const.
    JSAMPROW row =
        (JSAMPROW)pixels + (size_t)jpeg.next_scanline * form.width * form.components;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
}
