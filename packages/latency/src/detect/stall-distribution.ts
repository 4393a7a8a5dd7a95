/** 16 buckets per power of two: a percentile is at most 1/16 above the true value. */
const SUB_BITS = 4;
const SUB_BUCKETS = 1 << SUB_BITS;
/** Longer stalls count as that long, ns. */
const LONGEST = 0x7fff_ffff;
const BUCKETS = (31 - SUB_BITS + 1) << SUB_BITS;
/** With so many stalls all counts are halved, so that the later half of a long run weighs more. */
const HALVE_AT = 1 << 17;

/**
 * How long the stalls of one thread are, in 1.8 KB. Whole ns of at most 2.1 s, so that no double
 * is ever made: neither taking a stall nor asking for the percentile allocates.
 */
export class StallDistribution {
  /** Stalls that were taken. */
  taken = 0;
  readonly #counts = new Uint32Array(BUCKETS);
  /** Sum of the counts. */
  #weight = 0;

  /** Takes the stall between the two times of `span`, ns. Hot path. */
  take(span: Float64Array): void {
    const ns = Math.min(LONGEST, span[1]! - span[0]!) | 0;
    const shift = Math.max(0, 31 - Math.clz32(ns) - SUB_BITS);
    this.#counts[(shift << SUB_BITS) + (ns >>> shift)]! += 1;
    this.taken++;
    if (++this.#weight === HALVE_AT) this.#halve();
  }

  /** 99.9th percentile by nearest rank, the upper end of its bucket, ns; 0 when nothing was taken. */
  p999(): number {
    if (this.#weight === 0) return 0;
    // Counted from above: the longest thousandth is the shorter way.
    const above = Math.floor(this.#weight / 1000);
    let seen = 0;
    let index = BUCKETS;
    while (seen <= above) seen += this.#counts[--index]!;
    const shift = Math.max(0, (index >>> SUB_BITS) - 1);
    const first = index < SUB_BUCKETS ? index : SUB_BUCKETS + (index & (SUB_BUCKETS - 1));
    return (((first + 1) << shift) >>> 0) - 1;
  }

  #halve(): void {
    const counts = this.#counts;
    this.#weight = 0;
    for (let i = 0; i < BUCKETS; i++) this.#weight += counts[i]! >>>= 1;
  }
}
