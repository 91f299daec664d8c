// H.264 by FFmpeg's libraries and libx264 behind a few functions: bytes in, bytes or pixels out. Each
// call is one whole job: it creates, uses and frees its FFmpeg objects, on the thread that calls it.
// The functions are there with the package's trait AVC, which defines CODECLM_AVC.
//
// Input is read from memory alone; what it names elsewhere (playlists, references) is not opened. A
// decoder that stops or conceals an error ends a job.
#ifndef CODECLM_CAVC_H
#define CODECLM_CAVC_H

#include <stddef.h>
#include <stdint.h>

typedef enum __attribute__((enum_extensibility(closed))) CAVCStatus {
  CAVCStatusDone,
  CAVCStatusWrongFormat,   // no container or stream that libavformat knows
  CAVCStatusCorrupt,
  CAVCStatusWarned,        // decoded only with data made up
  CAVCStatusUnsupported,
  CAVCStatusTooLarge,      // width and height say what is too large
  CAVCStatusTooShort,      // frames says how many there are
  CAVCStatusOutOfMemory,
  // cavc_annexb only: the file holds no H.264 of the form's size and number of frames.
  CAVCStatusNotApplicable,
} CAVCStatus;

// What a job leaves behind. `bytes` is owned by the caller, who gives it to cavc_free; it is NULL
// unless `status` is Done.
typedef struct CAVCResult {
  CAVCStatus status;
  char message[200];        // what stopped the job, NUL-terminated
  uint8_t *bytes;           // a file; or pixels: frames, rows from the top, RGB interleaved
  size_t count, capacity;
  uint32_t width, height;   // of the clip's frames, where they are too large
  uint32_t frames;          // that the job had in the end
} CAVCResult;

// The form of a clip. Its coding is H.264 Baseline of constant QP, one macroblock a slice: libx264 with
// three reference frames, no B-frames, diamond search of whole samples, no partitions and no trellis.
typedef struct CAVCForm {
  uint32_t width, height;              // even
  uint32_t frames_per_second, frames;  // of at most INT_MAX bytes of pixels in all
  uint32_t qp;                         // 1 ... 51, of P-frames
  // Not 0: pixel aspect, colour description and captions of the clip reach the stream, as with the
  // ffmpeg command; 0: pixels are square and of colours nothing is said.
  int32_t keeps_description;
  int32_t mirrors;                     // left to right
} CAVCForm;

// What a file may cost.
typedef struct CAVCLimits {
  uint64_t maximum_pixels;             // of its frames
  uint32_t maximum_frames;             // decoded
} CAVCLimits;

// Makes FFmpeg's libraries print nothing, in the whole process. May be called at any time.
void cavc_silence(void);

// Decodes a clip, takes `frames_per_second` of its frames from the beginning on, scales them into the
// form's size, pads them with black and encodes `frames` of them as Annex B.
void cavc_transcode(const uint8_t *file, size_t count, CAVCForm form, CAVCLimits limits,
                    CAVCResult *result);

// The frames that cavc_transcode encodes, as pixels.
void cavc_frames(const uint8_t *file, size_t count, CAVCForm form, CAVCLimits limits,
                 CAVCResult *result);

// Encodes form.frames pictures of RGB pixels as Annex B.
void cavc_encode(const uint8_t *pixels, CAVCForm form, CAVCResult *result);

// Decodes an Annex B stream to the pixels of exactly form.frames frames of the form's size.
void cavc_decode(const uint8_t *stream, size_t count, CAVCForm form, CAVCResult *result);

// The H.264 stream of a file in any container as Annex B, if it has the form's size and frames.
void cavc_annexb(const uint8_t *file, size_t count, CAVCForm form, CAVCResult *result);

// An MP4 file of an Annex B stream with parameter sets, a frame every 1 / frames_per_second.
void cavc_mp4(const uint8_t *stream, size_t count, CAVCForm form, CAVCResult *result);

// Frees result->bytes.
void cavc_free(CAVCResult *result);

#endif
