#include "job.h"

#include <string.h>

static int has_shape(j_decompress_ptr from, j_compress_ptr to) {
  if (from->image_width != to->image_width || from->image_height != to->image_height) return 0;
  if (from->jpeg_color_space != to->jpeg_color_space) return 0;
  if (from->num_components != to->num_components) return 0;
  // T.81 A.2.2: a lone component is not interleaved, whatever its sampling factors.
  if (from->num_components == 1) return 1;
  for (int i = 0; i < from->num_components; i++) {
    if (from->comp_info[i].h_samp_factor != to->comp_info[i].h_samp_factor) return 0;
    if (from->comp_info[i].v_samp_factor != to->comp_info[i].v_samp_factor) return 0;
  }
  return 1;
}

static int is_same_table(const JQUANT_TBL *from, j_compress_ptr to, int component) {
  const JQUANT_TBL *wanted = to->quant_tbl_ptrs[to->comp_info[component].quant_tbl_no];
  return from && !memcmp(from->quantval, wanted->quantval, sizeof wanted->quantval);
}

// Reads the coefficients; NULL when the file is not of the form. The tables are looked at twice:
// before the costly read, and after it as they were when each component's scan began (a later DQT
// may replace a table).
static jvirt_barray_ptr *read_coefficients(j_decompress_ptr from, j_compress_ptr to) {
  jpeg_read_header(from, TRUE);
  if (!has_shape(from, to)) return NULL;
  for (int i = 0; i < from->num_components; i++) {
    int table = from->comp_info[i].quant_tbl_no;
    if (table < 0 || table >= NUM_QUANT_TBLS) return NULL;
    if (!is_same_table(from->quant_tbl_ptrs[table], to, i)) return NULL;
  }
  jvirt_barray_ptr *coefficients = jpeg_read_coefficients(from);  // up to and with EOI
  for (int i = 0; i < from->num_components; i++)
    if (!is_same_table(from->comp_info[i].quant_table, to, i)) return NULL;
  return coefficients;
}

void cjpeg_rewrite(const uint8_t *file, size_t count, CJPEGForm form, CJPEGResult *result) {
  Job job;
  Output output;
  struct jpeg_progress_mgr progress;
  struct jpeg_compress_struct to = {.err = job_begin(&job, result)};
  struct jpeg_decompress_struct from = {.err = to.err};
  if (setjmp(job.escape)) {
    jpeg_destroy_compress(&to);
    jpeg_destroy_decompress(&from);
    cjpeg_free(result);
    result->status = CJPEGStatusNotApplicable;
    return;
  }
  create_compressor(&to, &output, form, result);
  jpeg_create_decompress(&from);
  limit_scans(&from, &progress);
  jpeg_mem_src(&from, file, count);
  jvirt_barray_ptr *coefficients = read_coefficients(&from, &to);
  if (coefficients) job_judge(&job, &from);
  if (coefficients && !job.has_lost) {
    jpeg_write_coefficients(&to, coefficients);
    // jpeg_write_coefficients marks every table as still to be sent.
    jpeg_suppress_tables(&to, !form.has_tables);
    jpeg_finish_compress(&to);
  } else {
    result->status = CJPEGStatusNotApplicable;
  }
  jpeg_destroy_compress(&to);
  jpeg_destroy_decompress(&from);
}
