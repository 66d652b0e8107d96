/** What one harvest of one round came to. */
export interface Measured {
  readonly records: number;
  /** From the first list request to the last record written. */
  readonly ms: number;
  /** Processor time of the harvesting process for these records. */
  readonly cpuUs: number;
  readonly peakRss: number;
}

/** Records a second. */
export function rate({ records, ms }: Measured): number {
  return (records / ms) * 1000;
}

/** Processor time of one record in µs. */
export function cpuOfRecord({ records, cpuUs }: Measured): number {
  return cpuUs / records;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** `median (least–greatest)`, rounded. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return 'not covered';
  const round = (value: number): string => Math.round(value).toLocaleString('en');
  return `${round(median(values))} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}
