// libjpeg behind three functions: bytes in, bytes or pixels out. Each call is one whole job: it
// creates, uses and destroys its libjpeg objects, so no setjmp/longjmp ever crosses its caller.
//
// What libjpeg calls a warning it mostly survives by inventing picture data or by skipping some (a truncated
// scan, a bad Huffman code, bytes left over behind a scan), and a component without a scan it leaves gray.
// Decoding goes on and leaves the first such word in the result; the other jobs stop there. Other warnings
// cost nothing and are not told: numbers that decoders pass over, a few bytes between segments, and the lack
// of EOI where every bit of every scan was there. A hostile file costs at most a hundred scans over
// maximum_pixels.
#ifndef CODECLM_CJPEG_H
#define CODECLM_CJPEG_H

#include <stddef.h>
#include <stdint.h>

typedef enum __attribute__((enum_extensibility(closed))) CJPEGStatus {
  CJPEGStatusDone,
  CJPEGStatusCorrupt,
  CJPEGStatusUnsupported,
  CJPEGStatusTooLarge,
  CJPEGStatusOutOfMemory,
  // cjpeg_rewrite only: the input is not in the wanted form, so nothing was written.
  CJPEGStatusNotApplicable,
} CJPEGStatus;

// What a job leaves behind. `bytes` is owned by the caller, who gives it to cjpeg_free; it is NULL
// unless `status` is Done.
typedef struct CJPEGResult {
  CJPEGStatus status;
  char message[200];   // libjpeg's text when it stopped, or what it first lost, NUL-terminated
  uint8_t *bytes;      // pixels, rows from the top, channels interleaved; or a JPEG file
  size_t count;
  uint32_t width, height;   // of the decoded picture; of the frame when it was too large
  uint32_t channels;        // 1 gray, 3 RGB, 4 CMYK
  int32_t is_inverted;      // CMYK samples are 255 - ink, as Adobe writes them
} CJPEGResult;

// How to decode. The picture is decoded at the smallest of the scales 1/8, 1/4, 1/2, 1 that is
// still at least minimum_width by minimum_height, where the full size is.
typedef struct CJPEGRequest {
  int32_t grayscale;
  uint32_t minimum_width, minimum_height;
  uint64_t maximum_pixels;   // of the frame; also bounds libjpeg's memory
} CJPEGRequest;

// The form of the written file: baseline, Huffman tables of T.81 Annex K, JFIF.
typedef struct CJPEGForm {
  uint32_t width, height;
  uint32_t components;             // 1 gray, 3 YCbCr
  uint32_t horizontal, vertical;   // sampling factors of Y; Cb and Cr have 1 and 1
  uint32_t quality;                // 1 ... 100, libjpeg's scaling of the Annex K tables
  uint32_t restart_interval;       // in MCUs; 0 is none
  int32_t has_tables;              // 0 leaves DQT and DHT out: an abbreviated stream
} CJPEGForm;

// Decodes a file of any JPEG process that the linked libjpeg knows.
void cjpeg_decode(const uint8_t *file, size_t count, CJPEGRequest request, CJPEGResult *result);

// Encodes form.width * form.height pixels of form.components channels (gray or RGB).
void cjpeg_encode(const uint8_t *pixels, CJPEGForm form, CJPEGResult *result);

// Writes the coefficients of a file that already has the size, colour space, sampling factors and
// quantization tables of `form` again, unchanged. NotApplicable for every other file, also for one
// that cannot be read: decoding it says why.
void cjpeg_rewrite(const uint8_t *file, size_t count, CJPEGForm form, CJPEGResult *result);

// Frees result->bytes.
void cjpeg_free(CJPEGResult *result);

#endif
