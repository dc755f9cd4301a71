/**
 * The numeric operations of the engine, forward and backward. Every operand lies in one linear memory and is named by
 * its byte address; matrices are row-major float32 with a leading dimension (`ld`, in floats) between rows.
 *
 * Contract, kept by both implementations (kernels/*.ts in WebAssembly, plain.ts):
 * - an output row depends on its own inputs only: matrix products accumulate over the inner dimension in ascending order,
 *   sums along a row run in an order that its width alone decides. However rows are grouped into calls, a batch of N
 *   equals N batches of one, and a key-value cache extended token by token equals one full causal pass, bit for bit;
 * - only IEEE 754 +, -, *, /, sqrt and bit operations: the same bits on every machine.
 */

/** A byte offset into the linear memory. */
export type Address = number;

/** Stands for an operand that is left out, where an operation allows it. */
export const NONE: Address = 0;

/** 0 overwrites the output, 1 adds to it. */
export type Accumulate = 0 | 1;

/** Rows of float32 in the linear memory. */
export interface Matrix {
  readonly address: Address;
  /** Leading dimension: floats from one row to the next. */
  readonly ld: number;
}

/** Packed sequences and which keys each of their query rows sees. */
export interface AttentionPlan {
  /** Sequences. */
  readonly count: number;
  /** int32 [count, 4]: first key row, keys, first query row, queries. */
  readonly segments: Address;
  /**
   * int32 [queries], each >= 1, ascending within a sequence: query row i sees the first `limits[i]` keys of its sequence.
   * Limits 1, 2, 3, ... are causal self-attention; fewer query rows than keys leave outputs out.
   */
  readonly limits: Address;
}

/** What attention reads and writes, or the gradients of all that. Head h is columns [h headDim, (h + 1) headDim) of each. */
export interface AttentionMatrices {
  /** [queries, heads headDim] */
  readonly query: Matrix;
  /** [keys, heads headDim] */
  readonly key: Matrix;
  /** [keys, heads headDim] */
  readonly value: Matrix;
  /** [queries, heads headDim] */
  readonly output: Matrix;
}

/** Attention over packed sequences. Scores are scaled by 1 / sqrt(headDim). */
export interface Attention {
  readonly plan: AttentionPlan;
  readonly heads: number;
  readonly headDim: number;
  readonly matrices: AttentionMatrices;
  /** [queries, heads, 2]: the largest scaled score in units of ln 2, and 1 / sum of exponentials. */
  readonly stats: Address;
}

/** Keys and values of one running sequence. */
export interface AttentionCache {
  /** [heads headDim, capacity]: transposed */
  readonly keys: Address;
  /** [capacity, heads headDim] */
  readonly values: Address;
  /** Tokens there is room for: a multiple of 8. */
  readonly capacity: number;
}

/** New tokens of one running sequence. */
export interface AttentionExtension {
  readonly cache: AttentionCache;
  /** Tokens of the sequence before these. */
  readonly position: number;
  /** New tokens: the rows of `key` and `value`. */
  readonly tokens: number;
  /** The last so many of them attend: the rows of `query` and `output`. */
  readonly queries: number;
  readonly heads: number;
  readonly headDim: number;
  readonly matrices: AttentionMatrices;
}

export interface LayerNormBackward {
  readonly rows: number;
  readonly width: number;
  /** [rows, width]: what was normalised, the residual included */
  readonly x: Matrix;
  /** [width] */
  readonly gamma: Address;
  /** [rows, 2]: from the forward pass */
  readonly stats: Address;
  /** [rows, width] */
  readonly dy: Matrix;
  /** [rows, width]; may be `dy`. */
  readonly dx: Matrix;
  readonly accumulate: Accumulate;
  /** [width] */
  readonly dgamma: Address;
  /** [width] */
  readonly dbeta: Address;
}

export interface EmbedSumBackward {
  readonly rows: number;
  /** Table rows that describe an entity. */
  readonly perRow: number;
  readonly width: number;
  /** int32 [rows]: entities */
  readonly ids: Address;
  /** int32 [entities, perRow] */
  readonly columns: Address;
  /** [table rows, width] */
  readonly table: Address;
  /** [width] */
  readonly gamma: Address;
  /** [rows, width] */
  readonly dy: Matrix;
  /** [width] */
  readonly dgamma: Address;
  /** [width] */
  readonly dbeta: Address;
  /** [rows, perRow, width]: receives the gradient of each table row used */
  readonly dvectors: Address;
  /** int32 [rows, perRow]: receives which table row that is */
  readonly touched: Address;
}

export interface GroupDotsBackward {
  readonly rows: number;
  readonly groups: number;
  readonly width: number;
  /** [rows, groups width] */
  readonly a: Matrix;
  /** [rows, width] */
  readonly b: Matrix;
  readonly scale: number;
  /** [rows, groups] */
  readonly dout: Matrix;
  /** [rows, groups width] */
  readonly da: Matrix;
  /** [rows, width] */
  readonly db: Matrix;
  /** Of `db`. */
  readonly accumulate: Accumulate;
}

/** Operations of more than twelve operands take them by name; operands.ts spells those calls as numbers. */
export interface Kernels {
  // Filling and moving ------------------------------------------------------------------------------------------------

  /** x[i] = value for i < count. */
  fill(count: number, x: Address, value: number): void;
  /** y[r] = x[r], [rows, width]. */
  copyRows(rows: number, width: number, x: Address, ldx: number, y: Address, ldy: number): void;
  /** y[r] += x[r], [rows, width]. */
  addRows(rows: number, width: number, x: Address, ldx: number, y: Address, ldy: number): void;
  /** y[r] (+)= table[indices[r]]; `indices` are int32 [rows]. */
  gatherRows(
    rows: number,
    width: number,
    table: Address,
    ldt: number,
    indices: Address,
    y: Address,
    ldy: number,
    accumulate: Accumulate,
  ): void;
  /** table[indices[r * stride]] += x[r], in ascending r. */
  scatterAddRows(
    rows: number,
    width: number,
    x: Address,
    ldx: number,
    indices: Address,
    stride: number,
    table: Address,
    ldt: number,
  ): void;

  // Matrix products ---------------------------------------------------------------------------------------------------

  /** C[m, n] (+)= A[m, k] B[k, n]. */
  gemmNN(
    m: number,
    n: number,
    k: number,
    a: Address,
    lda: number,
    b: Address,
    ldb: number,
    c: Address,
    ldc: number,
    accumulate: Accumulate,
  ): void;
  /** C[m, n] (+)= A[m, k] B[n, k]^T. */
  gemmNT(
    m: number,
    n: number,
    k: number,
    a: Address,
    lda: number,
    b: Address,
    ldb: number,
    c: Address,
    ldc: number,
    accumulate: Accumulate,
  ): void;
  /** C[m, n] (+)= A[k, m]^T B[k, n]: a weight gradient, k being the rows of the batch. */
  gemmTN(
    m: number,
    n: number,
    k: number,
    a: Address,
    lda: number,
    b: Address,
    ldb: number,
    c: Address,
    ldc: number,
    accumulate: Accumulate,
  ): void;
  /** y[rows, out] = x[rows, in] w[in, out] + bias[out], then max(0, y) where `relu` is 1; w has leading dimension ldw. */
  linear(
    rows: number,
    inputs: number,
    outputs: number,
    x: Address,
    ldx: number,
    w: Address,
    ldw: number,
    bias: Address,
    y: Address,
    ldy: number,
    relu: 0 | 1,
  ): void;
  /** out[c] += sum over r of x[r, c]: a bias gradient. */
  columnSums(rows: number, width: number, x: Address, ldx: number, out: Address): void;

  // Row-wise functions ------------------------------------------------------------------------------------------------

  /** dy[r, c] = 0 where y[r, c] <= 0. */
  reluBackward(rows: number, width: number, y: Address, ldy: number, dy: Address, lddy: number): void;
  /**
   * y = (x - mean) / sqrt(variance + 1e-5) * gamma + beta, row by row. With a `residual`, x += residual comes first and
   * is kept, as the backward pass needs the sum. `stats` receives [rows, 2]: mean and 1 / standard deviation.
   */
  layerNorm(
    rows: number,
    width: number,
    x: Address,
    ldx: number,
    residual: Address,
    ldr: number,
    gamma: Address,
    beta: Address,
    y: Address,
    ldy: number,
    stats: Address,
  ): void;
  /** dx (+)= the gradient of layerNorm at the (summed) `x`; dgamma += and dbeta += over the rows, ascending. */
  layerNormBackward(call: LayerNormBackward): void;
  /**
   * x = kept / (1 - rate) or 0, in place. Element (r, c) draws its uniform from (key, firstRow + r, c) alone, so the
   * same call on the gradient is the backward pass.
   */
  dropout(rows: number, width: number, x: Address, ldx: number, rate: number, key: number, firstRow: number): void;
  /** y = exp(x). */
  exp(count: number, x: Address, y: Address): void;
  /** y = log(x). */
  log(count: number, x: Address, y: Address): void;
  /** y = tanh(x). */
  tanh(count: number, x: Address, y: Address): void;
  /** y = 1 / (1 + exp(-x)). */
  sigmoid(count: number, x: Address, y: Address): void;

  // Embeddings --------------------------------------------------------------------------------------------------------

  /**
   * y[r] = sum over columns f of LayerNorm(table[columns[ids[r], f]]) with one shared gamma and beta (section 3, item
   * encoding before its linear layer). `columns` is int32 [entities, perRow]: the table rows that describe an entity.
   */
  embedSum(
    rows: number,
    perRow: number,
    width: number,
    ids: Address,
    columns: Address,
    table: Address,
    gamma: Address,
    beta: Address,
    y: Address,
    ldy: number,
  ): void;
  /**
   * Gradient of embedSum. dgamma and dbeta are added to; scatterAddRows brings what `dvectors` and `touched` receive to the
   * table.
   */
  embedSumBackward(call: EmbedSumBackward): void;

  // Attention ---------------------------------------------------------------------------------------------------------

  /** output = softmax(query key^T / sqrt(headDim)) value, head by head and sequence by sequence; `stats` is written too. */
  attention(call: Attention): void;
  /**
   * Gradient of the attention `call` describes, from `gradients.output`: overwrites the query rows of all queries and the
   * key and value rows of all keys.
   */
  attentionBackward(call: Attention, gradients: AttentionMatrices): void;
  /**
   * Writes the new tokens' keys and values into the cache, then attends for the last `queries` of them. Equals `attention`
   * over the whole sequence bit for bit.
   */
  attentionExtend(call: AttentionExtension): void;

  // Response model ----------------------------------------------------------------------------------------------------

  /** out[r, g] = scale * sum over c of a[r, g width + c] b[r, c]. */
  groupDots(
    rows: number,
    groups: number,
    width: number,
    a: Address,
    lda: number,
    b: Address,
    ldb: number,
    scale: number,
    out: Address,
    ldo: number,
  ): void;
  /** Gradient of groupDots: da is overwritten, db (+)=. */
  groupDotsBackward(call: GroupDotsBackward): void;
  /**
   * Binary cross-entropy with logits, summed: bit f of labels[r] (int32) is the target of logits[r, f], skipped unless bit
   * f of observed[r] is set. A negative weighs negativeWeight[f], a positive 1, both times the float32 rowWeights[r] (1
   * where the address is 0). dlogits = scale * d loss / d logits; the loss itself (unscaled) is added to the float64
   * `loss[f]`.
   */
  bceWithLogits(
    rows: number,
    width: number,
    logits: Address,
    ldl: number,
    labels: Address,
    observed: Address,
    negativeWeight: Address,
    rowWeights: Address,
    scale: number,
    dlogits: Address,
    lddl: number,
    loss: Address,
  ): void;

  // Optimiser ---------------------------------------------------------------------------------------------------------

  /** out[i] = sum over s of x[s * stride + i], in ascending s; stride in floats. */
  sumShards(count: number, shards: number, x: Address, stride: number, out: Address): void;
  /** The float64 at `out` = sum of x[i]^2. */
  sumSquares(count: number, x: Address, out: Address): void;
  /**
   * One Adam step on g = gradScale * gradient, which is set to 0 afterwards. m = beta1 m + (1 - beta1) g;
   * v = beta2 v + (1 - beta2) g^2; value -= rate * m * correction1 / (sqrt(v * correction2) + epsilon), where the
   * corrections are 1 / (1 - beta^t). Moments below 1e-30 become 0.
   */
  adam(
    count: number,
    values: Address,
    gradient: Address,
    m: Address,
    v: Address,
    gradScale: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    correction1: number,
    correction2: number,
  ): void;
  /** y += tau (x - y): a target network follows. */
  interpolate(count: number, tau: number, x: Address, y: Address): void;
}
