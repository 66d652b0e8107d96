import type { Day } from '../model/day.ts';
import type { PageRequest } from './request.ts';

/** A half-open range of days that are over. */
export interface ClosedRange {
  readonly from: Day;
  readonly to: Day;
}

/** How an upstream can be asked what it has, apart from the harvest of its records. */
export type Inventory = IdentifierInventory | CountInventory;

/** It lists its identifiers over any range. */
export interface IdentifierInventory {
  readonly method: 'identifiers';
  /**
   * First request of the list. `turn` rises with every list that is asked for: neighbouring turns, and the harvest,
   * have other URLs, so that no cache answers one with the pages of another.
   */
  first(range: ClosedRange, turn: number, today: Day): PageRequest;
  /** As `first`, going on from a datestamp (inclusive). */
  resume(range: ClosedRange, turn: number, datestamp: string, today: Day): PageRequest;
  /** Where identifiers are numbers given out without holes; null where they are not. */
  readonly dense: DenseNumbers | null;
}

/** Identifiers that are numbered from 1 within a series, such as arXiv's months. */
export interface DenseNumbers {
  /** The series of an identifier and its number within; null where it has none. */
  place(id: string): { readonly series: string; readonly number: number } | null;
  /** The identifier of a number. Series are in the order of their identifiers. */
  id(series: string, number: number): string;
  /** The days in which the numbers of a series are given out. */
  days(series: string): ClosedRange;
  /** At most so many identifiers in one request. */
  readonly batch: number;
  /** Asks which of these identifiers exist; the page lists those, with the day of their latest version. */
  probe(ids: readonly string[]): PageRequest;
}

/** It says how many rows an interval holds. */
export interface CountInventory {
  readonly method: 'counts';
  /** The stream whose rows are counted. */
  readonly stream: string;
  /** Asks what an interval holds; the page announces it. Neighbouring turns have other URLs. */
  count(range: ClosedRange, turn: number): PageRequest;
  /** The widest interval that is asked about, in days, a power of two. */
  readonly widestDays: number;
  /** An interval of so many rows is sooner walked than halved. */
  readonly walkRows: number;
}
