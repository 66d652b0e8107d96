import type { Category } from '../../classify/verdict.ts';
import { CATEGORIES } from '../../classify/verdict.ts';
import { InvalidOptionError } from '../../errors.ts';

/** What a retry costs after a failure of a category; 1 where nothing is said. */
export type Costs = Partial<Readonly<Record<Category, number>>>;

/**
 * The given costs over the defaults. A default above the capacity becomes the capacity, so that a small budget can pay.
 * @throws InvalidOptionError naming the cost.
 */
export function checkedCosts(costs: Costs | undefined, defaults: Costs, capacity: number): Costs {
  const known: Partial<Record<Category, number>> = {};
  for (const [category, cost] of Object.entries(defaults)) {
    known[category as Category] = Math.min(cost, capacity);
  }
  for (const [category, cost] of Object.entries(costs ?? {})) {
    const field = `budget.costs.${category}`;
    if (!(CATEGORIES as readonly string[]).includes(category)) {
      throw new InvalidOptionError(field, `is not a category; known are ${CATEGORIES.join(', ')}`);
    }
    if (!(Number.isFinite(cost) && cost > 0 && cost <= capacity)) {
      throw new InvalidOptionError(field, 'must be a number above 0, up to the capacity');
    }
    known[category as Category] = cost;
  }
  return known;
}

/** What a retry after such a failure costs. */
export function costOf(costs: Costs, category: Category | undefined): number {
  return (category === undefined ? undefined : costs[category]) ?? 1;
}
