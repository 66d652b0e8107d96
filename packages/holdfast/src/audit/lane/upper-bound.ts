/** The confidence of all samples here. */
export const CONFIDENCE = 0.95;

/**
 * With `CONFIDENCE`, at most this share of a population fails, when `failed` of `chosen` did that were drawn by chance:
 * the exact binomial bound of Clopper and Pearson (1934), one-sided. That the drawing is without replacement makes the
 * true bound smaller still; a sample of everything is no sample.
 */
export function upperBound(failed: number, chosen: number, population: number): number {
  if (chosen === 0) return 1;
  if (chosen >= population) return failed / chosen;
  if (failed >= chosen) return 1;
  // The share at which so few failures have just the probability that is left over.
  let [low, high] = [failed / chosen, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (atMostFailures(failed, chosen, middle) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability of at most `failed` failures in `chosen` independent tries. */
function atMostFailures(failed: number, chosen: number, share: number): number {
  let term = (1 - share) ** chosen;
  let sum = term;
  for (let count = 1; count <= failed; count += 1) {
    term *= ((chosen - count + 1) / count) * (share / (1 - share));
    sum += term;
  }
  return sum;
}
