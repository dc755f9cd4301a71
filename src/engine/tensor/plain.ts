/**
 * The kernels as plain TypeScript: the readable reference, and the fallback where the module has not been built. Sums run
 * in float64 and are stored as float32; results agree with the WebAssembly kernels to about 1e-5.
 */
import { exp, log, sigmoid, tanh } from "../math/elementary.ts";
import type { Accumulate, Address, Kernels } from "./kernels.ts";
import type { LinearMemory } from "./memory.ts";
import { attendOne, attendOneBackward, type Rows } from "./plainAttention.ts";

const EPSILON = 1e-5;

/** Finaliser of MurmurHash3. */
function mix(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}

export class PlainKernels implements Kernels {
  private f: Float32Array;
  private i: Int32Array;
  private d: Float64Array;

  constructor(private readonly memory: LinearMemory) {
    this.f = new Float32Array(memory.handle.buffer);
    this.i = new Int32Array(memory.handle.buffer);
    this.d = new Float64Array(memory.handle.buffer);
  }

  fill(count: number, x: Address, value: number): void {
    this.floats().fill(value, x / 4, x / 4 + count);
  }

  copyRows(rows: number, width: number, x: Address, ldx: number, y: Address, ldy: number): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      f[y / 4 + r * ldy + c] = f[x / 4 + r * ldx + c] as number;
    });
  }

  addRows(rows: number, width: number, x: Address, ldx: number, y: Address, ldy: number): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      this.add(f, y / 4 + r * ldy + c, f[x / 4 + r * ldx + c] as number);
    });
  }

  gatherRows(
    rows: number,
    width: number,
    table: Address,
    ldt: number,
    indices: Address,
    y: Address,
    ldy: number,
    accumulate: Accumulate,
  ): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      const value = f[table / 4 + (this.i[indices / 4 + r] as number) * ldt + c] as number;
      this.put(f, y / 4 + r * ldy + c, value, accumulate);
    });
  }

  scatterAddRows(
    rows: number,
    width: number,
    x: Address,
    ldx: number,
    indices: Address,
    stride: number,
    table: Address,
    ldt: number,
  ): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      const row = this.i[indices / 4 + r * stride] as number;
      this.add(f, table / 4 + row * ldt + c, f[x / 4 + r * ldx + c] as number);
    });
  }

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
  ): void {
    this.product(m, n, k, [a, lda, 1], [b, ldb, 1], c, ldc, accumulate);
  }

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
  ): void {
    this.product(m, n, k, [a, lda, 1], [b, 1, ldb], c, ldc, accumulate);
  }

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
  ): void {
    this.product(m, n, k, [a, 1, lda], [b, ldb, 1], c, ldc, accumulate);
  }

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
  ): void {
    const f = this.floats();
    this.each(rows, outputs, (r, c) => {
      f[y / 4 + r * ldy + c] = f[bias / 4 + c] as number;
    });
    this.gemmNN(rows, outputs, inputs, x, ldx, w, ldw, y, ldy, 1);
    if (relu === 1) this.reluBackward(rows, outputs, y, ldy, y, ldy);
  }

  columnSums(rows: number, width: number, x: Address, ldx: number, out: Address): void {
    const f = this.floats();
    for (let c = 0; c < width; c++) {
      let sum = f[out / 4 + c] as number;
      for (let r = 0; r < rows; r++) sum += f[x / 4 + r * ldx + c] as number;
      f[out / 4 + c] = sum;
    }
  }

  reluBackward(rows: number, width: number, y: Address, ldy: number, dy: Address, lddy: number): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      if (!((f[y / 4 + r * ldy + c] as number) > 0)) f[dy / 4 + r * lddy + c] = 0;
    });
  }

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
  ): void {
    const f = this.floats();
    if (residual !== 0) this.addRows(rows, width, residual, ldr, x, ldx);
    for (let r = 0; r < rows; r++) {
      const { mean, inverse } = this.measure(f, width, x / 4 + r * ldx);
      f.set([mean, inverse], stats / 4 + 2 * r);
      for (let c = 0; c < width; c++) {
        const normed = ((f[x / 4 + r * ldx + c] as number) - mean) * inverse;
        f[y / 4 + r * ldy + c] = normed * (f[gamma / 4 + c] as number) + (f[beta / 4 + c] as number);
      }
    }
  }

  layerNormBackward(
    rows: number,
    width: number,
    x: Address,
    ldx: number,
    gamma: Address,
    stats: Address,
    dy: Address,
    lddy: number,
    dx: Address,
    lddx: number,
    accumulate: Accumulate,
    dgamma: Address,
    dbeta: Address,
  ): void {
    const f = this.floats();
    for (let r = 0; r < rows; r++) {
      const mean = f[stats / 4 + 2 * r] as number;
      const inverse = f[stats / 4 + 2 * r + 1] as number;
      this.normBackward(
        f,
        width,
        x / 4 + r * ldx,
        mean,
        inverse,
        gamma,
        dy / 4 + r * lddy,
        dx / 4 + r * lddx,
        accumulate,
        dgamma,
        dbeta,
      );
    }
  }

  dropout(rows: number, width: number, x: Address, ldx: number, rate: number, key: number, firstRow: number): void {
    const f = this.floats();
    const single = Math.fround(rate);
    const threshold = Math.floor(single * 16_777_216);
    const scale = Math.fround(1 / Math.fround(1 - single));
    this.each(rows, width, (r, c) => {
      const rowKey = mix((key + Math.imul(firstRow + r, 0x9e37_79b1)) | 0);
      const kept = mix(rowKey ^ Math.imul(c, 0x85eb_ca77)) >>> 8 >= threshold;
      const at = x / 4 + r * ldx + c;
      f[at] = kept ? (f[at] as number) * scale : 0;
    });
  }

  exp(count: number, x: Address, y: Address): void {
    this.map(count, x, y, exp);
  }

  log(count: number, x: Address, y: Address): void {
    this.map(count, x, y, log);
  }

  tanh(count: number, x: Address, y: Address): void {
    this.map(count, x, y, tanh);
  }

  sigmoid(count: number, x: Address, y: Address): void {
    this.map(count, x, y, sigmoid);
  }

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
  ): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      f[y / 4 + r * ldy + c] = perRow * (f[beta / 4 + c] as number);
    });
    this.each(rows, perRow, (r, column) => {
      const vector = table / 4 + this.tableRow(ids, columns, perRow, r, column) * width;
      const { mean, inverse } = this.measure(f, width, vector);
      for (let c = 0; c < width; c++) {
        const normed = ((f[vector + c] as number) - mean) * inverse;
        this.add(f, y / 4 + r * ldy + c, normed * (f[gamma / 4 + c] as number));
      }
    });
  }

  embedSumBackward(
    rows: number,
    perRow: number,
    width: number,
    ids: Address,
    columns: Address,
    table: Address,
    gamma: Address,
    dy: Address,
    lddy: number,
    dgamma: Address,
    dbeta: Address,
    dvectors: Address,
    touched: Address,
  ): void {
    const f = this.floats();
    this.each(rows, perRow, (r, column) => {
      const row = this.tableRow(ids, columns, perRow, r, column);
      const place = r * perRow + column;
      const { mean, inverse } = this.measure(f, width, table / 4 + row * width);
      this.normBackward(
        f,
        width,
        table / 4 + row * width,
        mean,
        inverse,
        gamma,
        dy / 4 + r * lddy,
        dvectors / 4 + place * width,
        0,
        dgamma,
        dbeta,
      );
      this.i[touched / 4 + place] = row;
    });
  }

  attention(
    count: number,
    segments: Address,
    limits: Address,
    heads: number,
    headDim: number,
    q: Address,
    ldq: number,
    k: Address,
    ldk: number,
    v: Address,
    ldv: number,
    out: Address,
    ldo: number,
    stats: Address,
  ): void {
    const f = this.floats();
    this.eachQuery(count, segments, heads, (keyStart, query, head) => {
      const limit = this.i[limits / 4 + query] as number;
      const column = head * headDim;
      const own = [
        this.rows(q, ldq, column),
        this.rows(k, ldk, column, keyStart),
        this.rows(v, ldv, column, keyStart),
      ] as const;
      const { top, inverse } = attendOne(headDim, limit, own[0], query, own[1], own[2], this.rows(out, ldo, column));
      f.set([top, inverse], stats / 4 + (query * heads + head) * 2);
    });
  }

  attentionBackward(
    count: number,
    segments: Address,
    limits: Address,
    heads: number,
    headDim: number,
    q: Address,
    ldq: number,
    k: Address,
    ldk: number,
    v: Address,
    ldv: number,
    out: Address,
    ldo: number,
    stats: Address,
    dout: Address,
    lddo: number,
    dq: Address,
    lddq: number,
    dk: Address,
    lddk: number,
    dv: Address,
    lddv: number,
  ): void {
    const f = this.floats();
    const width = heads * headDim;
    for (let s = 0; s < count; s++) {
      const keyStart = this.i[segments / 4 + s * 4] as number;
      const keys = this.i[segments / 4 + s * 4 + 1] as number;
      for (let j = keyStart; j < keyStart + keys; j++) {
        this.fill(width, dk + j * lddk * 4, 0);
        this.fill(width, dv + j * lddv * 4, 0);
      }
    }
    this.eachQuery(count, segments, heads, (keyStart, query, head) => {
      const column = head * headDim;
      const at = stats / 4 + (query * heads + head) * 2;
      const forward = {
        q: this.rows(q, ldq, column),
        k: this.rows(k, ldk, column, keyStart),
        v: this.rows(v, ldv, column, keyStart),
        out: this.rows(out, ldo, column),
        stats: { top: f[at] as number, inverse: f[at + 1] as number },
      };
      attendOneBackward(
        headDim,
        this.i[limits / 4 + query] as number,
        query,
        forward,
        this.rows(dout, lddo, column),
        this.rows(dq, lddq, column),
        this.rows(dk, lddk, column, keyStart),
        this.rows(dv, lddv, column, keyStart),
      );
    });
  }

  attentionExtend(
    keyCache: Address,
    valueCache: Address,
    capacity: number,
    position: number,
    tokens: number,
    queries: number,
    heads: number,
    headDim: number,
    q: Address,
    ldq: number,
    k: Address,
    ldk: number,
    v: Address,
    ldv: number,
    out: Address,
    ldo: number,
  ): void {
    const f = this.floats();
    const width = heads * headDim;
    this.each(tokens, width, (t, c) => {
      f[keyCache / 4 + c * capacity + position + t] = f[k / 4 + t * ldk + c] as number;
      f[valueCache / 4 + (position + t) * width + c] = f[v / 4 + t * ldv + c] as number;
    });
    const keys = new Float32Array((position + tokens) * width);
    this.each(position + tokens, width, (t, c) => {
      keys[t * width + c] = f[keyCache / 4 + c * capacity + t] as number;
    });
    this.each(queries, heads, (query, head) => {
      const column = head * headDim;
      const limit = position + tokens - queries + query + 1;
      const own = { values: keys, offset: column, ld: width };
      attendOne(
        headDim,
        limit,
        this.rows(q, ldq, column),
        query,
        own,
        this.rows(valueCache, width, column),
        this.rows(out, ldo, column),
      );
    });
  }

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
  ): void {
    const f = this.floats();
    this.each(rows, groups, (r, g) => {
      let sum = 0;
      for (let c = 0; c < width; c++)
        sum += (f[a / 4 + r * lda + g * width + c] as number) * (f[b / 4 + r * ldb + c] as number);
      f[out / 4 + r * ldo + g] = scale * sum;
    });
  }

  groupDotsBackward(
    rows: number,
    groups: number,
    width: number,
    a: Address,
    lda: number,
    b: Address,
    ldb: number,
    scale: number,
    dout: Address,
    lddo: number,
    da: Address,
    ldda: number,
    db: Address,
    lddb: number,
    accumulate: Accumulate,
  ): void {
    const f = this.floats();
    this.each(rows, groups, (r, g) => {
      const d = scale * (f[dout / 4 + r * lddo + g] as number);
      for (let c = 0; c < width; c++) {
        f[da / 4 + r * ldda + g * width + c] = d * (f[b / 4 + r * ldb + c] as number);
        const share = d * (f[a / 4 + r * lda + g * width + c] as number);
        this.put(f, db / 4 + r * lddb + c, share, g === 0 ? accumulate : 1);
      }
    });
  }

  bceWithLogits(
    rows: number,
    width: number,
    logits: Address,
    ldl: number,
    labels: Address,
    observed: Address,
    negativeWeight: Address,
    scale: number,
    dlogits: Address,
    lddl: number,
    loss: Address,
  ): void {
    const f = this.floats();
    this.each(rows, width, (r, c) => {
      const gradient = dlogits / 4 + r * lddl + c;
      f[gradient] = 0;
      if ((((this.i[observed / 4 + r] as number) >> c) & 1) === 0) return;
      const positive = (((this.i[labels / 4 + r] as number) >> c) & 1) === 1;
      const z = f[logits / 4 + r * ldl + c] as number;
      const weight = positive ? 1 : (f[negativeWeight / 4 + c] as number);
      const cost = Math.max(positive ? -z : z, 0) + log(1 + exp(-Math.abs(z)));
      this.d[loss / 8 + c] = (this.d[loss / 8 + c] as number) + weight * cost;
      f[gradient] = weight * (sigmoid(z) - (positive ? 1 : 0)) * Math.fround(scale);
    });
  }

  sumShards(count: number, shards: number, x: Address, stride: number, out: Address): void {
    const f = this.floats();
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let s = 0; s < shards; s++) sum += f[x / 4 + s * stride + i] as number;
      f[out / 4 + i] = sum;
    }
  }

  sumSquares(count: number, x: Address, out: Address): void {
    let sum = 0;
    for (const value of this.floats().subarray(x / 4, x / 4 + count)) sum += value * value;
    this.d[out / 8] = sum;
  }

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
  ): void {
    const f = this.floats();
    for (let i = 0; i < count; i++) {
      const g = (f[gradient / 4 + i] as number) * gradScale;
      const m1 = beta1 * (f[m / 4 + i] as number) + (1 - beta1) * g;
      const v1 = beta2 * (f[v / 4 + i] as number) + (1 - beta2) * g * g;
      this.add(f, values / 4 + i, (-rate * correction1 * m1) / (Math.sqrt(v1 * correction2) + epsilon));
      f[m / 4 + i] = m1;
      f[v / 4 + i] = v1;
      f[gradient / 4 + i] = 0;
    }
  }

  interpolate(count: number, tau: number, x: Address, y: Address): void {
    const f = this.floats();
    for (let i = 0; i < count; i++) this.add(f, y / 4 + i, tau * ((f[x / 4 + i] as number) - (f[y / 4 + i] as number)));
  }

  /** The memory as float32; all views are renewed after it has grown. */
  private floats(): Float32Array {
    const { buffer } = this.memory.handle;
    if (this.f.length * 4 !== buffer.byteLength) {
      this.f = new Float32Array(buffer);
      this.i = new Int32Array(buffer);
      this.d = new Float64Array(buffer);
    }
    return this.f;
  }

  private each(rows: number, columns: number, visit: (row: number, column: number) => void): void {
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) visit(r, c);
  }

  private add(f: Float32Array, at: number, value: number): void {
    f[at] = (f[at] as number) + value;
  }

  private put(f: Float32Array, at: number, value: number, accumulate: Accumulate): void {
    f[at] = accumulate === 1 ? (f[at] as number) + value : value;
  }

  private map(count: number, x: Address, y: Address, apply: (value: number) => number): void {
    const f = this.floats();
    for (let i = 0; i < count; i++) f[y / 4 + i] = apply(f[x / 4 + i] as number);
  }

  /** C (+)= A B; a matrix is its address and its strides along rows and columns. */
  private product(
    m: number,
    n: number,
    k: number,
    [a, ai, al]: readonly [Address, number, number],
    [b, bl, bj]: readonly [Address, number, number],
    c: Address,
    ldc: number,
    accumulate: Accumulate,
  ): void {
    const f = this.floats();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate === 1 ? (f[c / 4 + i * ldc + j] as number) : 0;
        for (let l = 0; l < k; l++)
          sum += (f[a / 4 + i * ai + l * al] as number) * (f[b / 4 + l * bl + j * bj] as number);
        f[c / 4 + i * ldc + j] = sum;
      }
    }
  }

  private measure(f: Float32Array, width: number, at: number): { readonly mean: number; readonly inverse: number } {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += f[at + c] as number;
    const mean = sum / width;
    let squares = 0;
    for (let c = 0; c < width; c++) squares += ((f[at + c] as number) - mean) ** 2;
    return { mean, inverse: 1 / Math.sqrt(squares / width + EPSILON) };
  }

  /** One row of layerNormBackward; x, dy and dx count floats. */
  private normBackward(
    f: Float32Array,
    width: number,
    x: number,
    mean: number,
    inverse: number,
    gamma: Address,
    dy: number,
    dx: number,
    accumulate: Accumulate,
    dgamma: Address,
    dbeta: Address,
  ): void {
    let g = 0;
    let gn = 0;
    const normed = (c: number) => ((f[x + c] as number) - mean) * inverse;
    for (let c = 0; c < width; c++) {
      const d = f[dy + c] as number;
      g += d * (f[gamma / 4 + c] as number);
      gn += d * (f[gamma / 4 + c] as number) * normed(c);
      this.add(f, dgamma / 4 + c, d * normed(c));
      this.add(f, dbeta / 4 + c, d);
    }
    for (let c = 0; c < width; c++) {
      const gained = (f[dy + c] as number) * (f[gamma / 4 + c] as number);
      this.put(f, dx + c, (gained - g / width - (normed(c) * gn) / width) * inverse, accumulate);
    }
  }

  private tableRow(ids: Address, columns: Address, perRow: number, row: number, column: number): number {
    return this.i[columns / 4 + (this.i[ids / 4 + row] as number) * perRow + column] as number;
  }

  private rows(address: Address, ld: number, column: number, firstRow = 0): Rows {
    return { values: this.f, offset: address / 4 + firstRow * ld + column, ld };
  }

  private eachQuery(
    count: number,
    segments: Address,
    heads: number,
    visit: (keyStart: number, query: number, head: number) => void,
  ): void {
    for (let s = 0; s < count; s++) {
      const at = segments / 4 + s * 4;
      const keyStart = this.i[at] as number;
      const first = this.i[at + 2] as number;
      this.each(this.i[at + 3] as number, heads, (query, head) => visit(keyStart, first + query, head));
    }
  }
}
