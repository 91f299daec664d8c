#ifndef CODECLM_CKERNELS_H
#define CODECLM_CKERNELS_H

// The loops that need the widest SIMD of the machine at hand, compiled for several instruction sets
// and picked at load time. Matrices are row-major; `stride` is the distance between rows in floats.
// Results do not depend on how rows are divided among calls.

#include <stddef.h>
#include <stdint.h>

/// Tells the processor that the caller spins.
static inline void codeclm_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// thread.c

/// How many parallel loops the calling thread is inside of, and how to say that it enters or leaves one.
int codeclm_loop_depth(void);
void codeclm_enter_loop(void);
void codeclm_leave_loop(void);

// openblas_core.c

/// Makes OpenBLAS use the kernels of the widest instruction set that the processor has, if it
/// started with narrower ones and OPENBLAS_CORETYPE is unset. Call once, before any other thread
/// uses OpenBLAS. Returns the name of the kernels in use, static storage.
const char *codeclm_openblas_wake(void);

// Where the process's address space is limited (setrlimit): takes OpenBLAS's scratch memory for this
// many products at once, which stays its own. OpenBLAS tries without end what the system refuses. 0 if
// that is done or there is no limit, else the limit that would do, in bytes.
size_t codeclm_openblas_reserve(unsigned products);

/// The widest instruction set the loops below were compiled for that this processor has.
const char *codeclm_simd_name(void);

// elementwise.c

/// y[i] += x[i]
void codeclm_add(size_t count, const float *x, float *y);

/// Σ x[i]², accumulated in double.
double codeclm_sum_squares(size_t count, const float *x);

/// Σ x[i] in any order: reads memory as fast as it comes, to measure how fast that is.
float codeclm_sum(size_t count, const float *x);

/// Constants of one AdamW step.
struct codeclm_adamw_step {
  float gradient_scale;   // clipping and averaging: g ← gradient_scale · g
  float beta1, beta2;     // decay of the moments
  float epsilon;          // added to √v̂
  float learning_rate;    // α
  float decay;            // α · λ, decoupled
  float correction1;      // 1 / (1 − β₁ᵗ)
  float correction2;      // 1 / (1 − β₂ᵗ)
};

/// m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  w ← w − αλw − α m̂ / (√v̂ + ε)
void codeclm_adamw(size_t count, float *w, const float *g, float *m, float *v,
                   const struct codeclm_adamw_step *step);

/// y[r, :] = table[index[r], :]
void codeclm_gather(size_t rows, size_t columns, const float *table, const int32_t *index,
                    float *y);

/// table[index[r], c] += x[r, c] for the columns first ..< last, rows in order.
void codeclm_scatter_add(size_t rows, size_t columns, size_t first, size_t last, const float *x,
                         const int32_t *index, float *table);

/// y[r, i] = silu(gate[r, i]) · up[r, i], where gate_up's rows hold `columns` gates, then as many
/// ups; silu(a) = a / (1 + e⁻ᵃ).
void codeclm_swiglu(size_t rows, size_t columns, const float *gate_up, float *y);

/// From dy: dgate_up, and y once more. All rows are contiguous.
void codeclm_swiglu_backward(size_t rows, size_t columns, const float *gate_up, const float *dy,
                             float *dgate_up, float *y);

// normalise.c

/// rstd[r] = 1 / √(mean(x[r, :]²) + ε);  y[r, c] = x[r, c] · rstd[r] · weight[c]
void codeclm_rms_norm(size_t rows, size_t columns, const float *x, const float *weight,
                      float epsilon, float *y, float *rstd);

/// dx[r, :] += ∂L/∂x and dweight[c] += Σ dy[r, c] · x[r, c] · rstd[r]. y is recomputed into `y`.
void codeclm_rms_norm_backward(size_t rows, size_t columns, const float *x, const float *weight,
                               const float *rstd, const float *dy, float *dx, float *dweight,
                               float *y);

/// Rotates each of `heads` vectors of `dimension` floats in each row by its position's angles:
/// (a, b) ← (a cos − b sin, b cos + a sin), where b stands half a head after a (Hugging Face's
/// convention). A row of `table` holds dimension / 2 cosines, then as many sines. `sign` is +1, or
/// −1 for the inverse, which is the gradient.
void codeclm_rotate(size_t rows, size_t heads, size_t dimension, size_t stride, float *x,
                    const float *table, const int32_t *position, float sign);

// softmax.c

/// Row r of x has first + r + 1 valid columns: there x ← exp(scale · (x − top)), elsewhere x ← 0,
/// with statistics[r] = (top, Σ exp). If y is given, top and Σ exp begin with what statistics held
/// and row r of y is multiplied by exp(scale · (old top − top)).
void codeclm_causal_exp(size_t rows, size_t columns, size_t first, size_t stride, float scale,
                        float *x, float *statistics, size_t y_columns, size_t y_stride, float *y);

/// y[r, :] /= Σ exp, lse[r · lse_stride] = scale · top + log Σ exp, from statistics[r].
void codeclm_finish_softmax(size_t rows, size_t columns, size_t stride, float scale,
                            const float *statistics, float *y, float *lse, size_t lse_stride);

/// From scores s, lse and dp = ∂L/∂p: s ← p = exp(scale · s − lse) and dp ← scale · p (dp − delta);
/// zero outside the valid columns, as above. delta[r] = Σ p dp = ⟨output, doutput⟩.
void codeclm_causal_softmax_backward(size_t rows, size_t columns, size_t first, size_t stride,
                                     float scale, float *s, float *dp, const float *lse,
                                     const float *delta, size_t lse_stride);

// blocks.c: a block's row r sees its first first + r + 1 columns; products leave out the others, as
// far as whole tiles go. `values` has rows of `columns` floats padded to a multiple of 16.

/// scores[r, c] = ⟨queries[r, :], key c⟩, keys from codeclm_pack_keys. Each row of scores has room
/// for `columns` rounded up to a multiple of 64; what is not seen has any value.
void codeclm_block_scores(size_t rows, size_t columns, size_t dimension, size_t first,
                          const float *queries, size_t stride, const float *keys, float *scores,
                          size_t scores_stride);

/// y[r, :] = Σ p[r, i] · values[i, :] (+ y if add) for i < depth.
void codeclm_block_rows(size_t rows, size_t depth, size_t columns, size_t first, const float *p,
                        size_t p_stride, const float *values, int add, float *y, size_t y_stride);

/// y[r, :] += Σ p[i, r] · values[i, :] for i < depth: here p's rows are summed over, and its column r
/// is seen by the rows from r − first on.
void codeclm_block_columns(size_t rows, size_t depth, size_t columns, size_t first, const float *p,
                           size_t p_stride, const float *values, float *y, size_t y_stride);

/// y[r, h] = Σ a[r, h, :] · b[r, h, :] over `dimension` floats a head.
void codeclm_head_dots(size_t rows, size_t heads, size_t dimension, const float *a, const float *b,
                       float *y);

/// loss[r] = −log softmax(x[r, :])[target[r]], 0 where target[r] < 0. If sums is not null, it gets
/// Σ exp(x[r, :] − the row's largest), and x becomes these exponentials, but for rows without a target.
void codeclm_cross_entropy(size_t rows, size_t columns, float *x, const int32_t *target,
                           float *sums, float *loss);

/// From what the above leaves in x and sums: x[r, :] ← weights[r] · (softmax − onehot(target[r])), a
/// zero row where target[r] < 0 or the weight is 0.
void codeclm_cross_entropy_backward(size_t rows, size_t columns, float *x, const int32_t *target,
                                    const float *sums, const float *weights);

// panels.c and pack.c: products with weights in the order in which decoding reads them
//
// A panel holds the weights of CODECLM_PANEL outputs: for each input in turn those of all outputs.
// The last panel's missing outputs have zero weights, and y has room for them.

enum {
  CODECLM_PANEL = 32,  // outputs
  CODECLM_GROUP = 64,  // inputs that share an output's scale, where weights have one byte
};

/// How a weight is stored.
enum {
  CODECLM_F32,   // float
  CODECLM_F16,   // half precision of IEEE 754
  CODECLM_BF16,  // the upper half of a float, rounded to nearest, ties to even
  CODECLM_Q8,    // round(weight / scale), scale = largest |weight| of the group / 127
};

/// What becomes of a product.
enum {
  CODECLM_STORE,  // y[r, o] = product[r, o]
  CODECLM_ADD,    // y[r, o] += product[r, o]
  CODECLM_GATE,   // y[r, 16 p + l] = silu(product[r, 32 p + l]) · product[r, 32 p + 16 + l]
};

/// Bytes of a panel, a multiple of 64: its neighbour begins aligned.
size_t codeclm_panel_bytes(int format, size_t inputs);

/// Stores one output's weights, a row of `inputs` floats, in its panel.
void codeclm_pack_weights(int format, size_t inputs, const float *row, void *weights,
                          size_t output);

/// Lays rows out for the products below: packed[r / 16][c][r % 16] = x[r, c], zero where there is
/// no row, or packed[c] = x[c] for a single row. With a weight, x is normalised on the way:
/// x[r, c] · rstd[r] · weight[c], rstd[r] = 1 / √(mean(x[r, :]²) + ε).
void codeclm_pack_rows(size_t rows, size_t columns, const float *x, size_t x_stride,
                       const float *weight, float epsilon, float *packed);

/// packed[r / 16][c][r % 16] = x[r, c], zero where there is no row.
void codeclm_pack_keys(size_t rows, size_t columns, const float *x, size_t x_stride,
                       float *packed);

/// product[r, o] = Σ x[r, i] · w[o, i] for the panels first ..< last, x packed. Each sum has one
/// order, whatever `rows` and the range of panels are.
void codeclm_product_f32(int epilogue, size_t rows, size_t inputs, size_t first, size_t last,
                         const float *x, const void *weights, float *y, size_t y_stride);
void codeclm_product_f16(int epilogue, size_t rows, size_t inputs, size_t first, size_t last,
                         const float *x, const void *weights, float *y, size_t y_stride);
void codeclm_product_bf16(int epilogue, size_t rows, size_t inputs, size_t first, size_t last,
                          const float *x, const void *weights, float *y, size_t y_stride);
void codeclm_product_q8(int epilogue, size_t rows, size_t inputs, size_t first, size_t last,
                        const float *x, const void *weights, float *y, size_t y_stride);

// decode.c

/// Attention at one position of a stream, for `heads` key/value heads and the `queries` that share
/// each.
///
/// `qkv` holds for each head its queries, its key and its value, `dimension` floats each. Queries and
/// keys are rotated by `rotation`, dimension / 2 cosines and as many sines; keys and values are
/// stored; then for each query y = Σ softmax(scale · ⟨q, k⟩) v over the positions 0 … position.
///
/// keys[p / 16][head][d][p % 16] and values[p][head][d], its heads padded to multiples of 16, are
/// floats, or in half precision; they are aligned to 16 elements. `scratch`, aligned to 64 bytes, has
/// heads · queries · (positions + dimension + 1) floats, positions and dimension rounded up to
/// multiples of 16.
void codeclm_attend(int is_half, size_t heads, size_t queries, size_t dimension, size_t position,
                    float scale, const float *rotation, float *qkv, void *keys, void *values,
                    float *scratch, float *y);

// resample.c

/// Binary places of a resampling weight. Weights sum to 1 and their absolute values to less than 2,
/// so a sum of 8-bit samples stays within 31 bits.
enum { CODECLM_RESAMPLING_PLACES = 22 };

/// Bytes of one of the four lines that codeclm_resample_columns works in.
size_t codeclm_resampling_line(size_t width, size_t lanes, size_t taps);

/// `rows` rows of `width` pixels become as many of `new_width`: pixel x is the sum of `taps` pixels
/// from starts[x] on, weighted, rounded and kept in 0 ... 255.
///
/// A pixel has one lane when `channels` is 1 and four when it is 3. `weights` has for each new pixel
/// `taps` weights, each repeated for every lane; taps · lanes is a multiple of 16, and weights beyond
/// the row are zero.
void codeclm_resample_columns(size_t channels, size_t rows, size_t width, size_t new_width,
                              const int32_t *starts, size_t taps, const int32_t *weights,
                              const uint8_t *from, uint8_t *lines, uint8_t *to);

/// Rows of `count` samples become `new_height` others: row y is the sum of counts[y] rows from
/// starts[y] on, weighted by weights[y · stride ...], rounded and kept in 0 ... 255.
void codeclm_resample_rows(size_t count, size_t new_height, const int32_t *starts,
                           const int32_t *counts, size_t stride, const int32_t *weights,
                           const uint8_t *from, uint8_t *to);

/// Samples of 0 ... 255 become scale · sample + shift.
struct codeclm_sample_range {
  float scale, shift;
};

/// An RGB picture in another size, in floats: first the rows are mixed, then the columns, each new
/// one the sum of counts[i] old ones from starts[i] on, weighted by weights[i · stride ...]; then the
/// samples are kept in 0 ... 255 and brought into a range. A new pixel is four floats, the last one 0;
/// `pitch` is the distance of new rows in floats. `line` has 3 · width + 1 floats, the last one 0.
void codeclm_resample_rgb(size_t width, size_t new_height, const int32_t *row_starts,
                          const int32_t *row_counts, size_t row_stride, const float *row_weights,
                          size_t new_width, const int32_t *starts, const int32_t *counts,
                          size_t stride, const float *weights, const uint8_t *from, float *line,
                          const struct codeclm_sample_range *range, float *to, size_t pitch);

// convolve.c and pool.c: layers of convolutional networks
//
// Channels come in blocks of 16: a tensor is [channel / 16][row][column][channel % 16], aligned to 64
// bytes. `pitch` is the distance of its rows and `plane` that of its blocks, in floats. Channels that
// fill up the last block are zero. `x` and `y` point to the first block's first row that counts.

/// A convolution as a sum of terms; a term is up to 16 channels at one place of the kernel.
struct codeclm_convolution {
  size_t terms, inputs;   // number of terms, and of channels in all of them
  const size_t *offsets;  // where a term's channels stand for the first pixel, in floats from x
  const size_t *lanes;    // number of a term's channels
  size_t outputs;         // blocks of outputs
  const float *weights;   // [outputs / 16][inputs][16], by terms
  const float *bias;      // [outputs / 16][16]
  float low, high;        // results are kept between these
  size_t y_plane, residual_plane;
};

/// y[o, r, c] = clamp(bias[o] + Σ w[o, t, l] · x[r, c + offset of t, l] (+ residual[o, r, c])).
///
/// `residual` may be null. Sums have one order, whatever rows and width are.
void codeclm_convolve(const struct codeclm_convolution *convolution, size_t rows, size_t width,
                      const float *x, size_t x_pitch, float *y, size_t y_pitch,
                      const float *residual, size_t residual_pitch);

/// y[t, r, c, :] = 16 floats from x + offsets[t] + r · x_pitch + c · step on; y is contiguous.
void codeclm_gather_pixels(size_t terms, const size_t *offsets, size_t rows, size_t width,
                           size_t step, const float *x, size_t x_pitch, float *y);

/// y[b, r, c] = clamp(bias[b] + Σ w[b, i, j] · x[b, r · stride + i, c · stride + j]) lane by lane,
/// for i and j below `kernel`, which is 3 or 5; stride is 1 or 2.
void codeclm_depthwise(size_t kernel, size_t stride, size_t blocks, size_t rows, size_t width,
                       const float *weights, const float *bias, float low, float high,
                       const float *x, size_t x_pitch, size_t x_plane, float *y, size_t y_pitch,
                       size_t y_plane);

/// y[b, r, c] = the largest, or the mean, of the window of size × size pixels of [height, width]
/// whose first is (r · stride − padding, c · stride − padding), as far as it is inside.
void codeclm_pool(int average, size_t size, size_t stride, size_t padding, size_t blocks,
                  size_t height, size_t width, const float *x, size_t x_pitch, size_t x_plane,
                  size_t rows, size_t columns, float *y, size_t y_pitch, size_t y_plane);

/// y[b, :] = mean of x[b, r, c, :] over rows and columns.
void codeclm_block_means(size_t blocks, size_t rows, size_t width, const float *x, size_t x_pitch,
                         size_t x_plane, float *y);

/// Sets to zero what surrounds the rows and columns of each block; `x` points to the border's first
/// float.
void codeclm_clear_border(size_t blocks, size_t rows, size_t width, size_t lanes_per_pixel,
                          size_t border_rows, size_t border_columns, float *x);

// symmetric.c

/// The part that the first `rows` rows have in y += A x, for a symmetric A [columns, columns] of which
/// the upper triangle is stored: a[r, c] and its mirror image, for c ≥ r.
void codeclm_symmetric_rows(size_t rows, size_t columns, const double *a, size_t stride,
                            const double *x, double *y);

#endif
