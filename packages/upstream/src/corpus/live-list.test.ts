import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveList } from './live-list.ts';

type Step = readonly ['stamp' | 'remove' | 'insert' | 'append', row: number, second: number];

const step = fc.tuple(
  fc.constantFrom('stamp', 'remove', 'insert', 'append'),
  fc.nat(40),
  fc.nat(12),
) as fc.Arbitrary<Step>;

describe('the live list', () => {
  it('is ordered like a sorted array whatever happens to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(12), { maxLength: 20 }),
        fc.array(step, { maxLength: 60 }),
        (start, steps) => {
          const seconds = start.toSorted((a, b) => a - b);
          const list = new LiveList(Uint32Array.from(seconds), (a, b) => b - a);
          const model = seconds.map((second, row) => ({ row, second, listed: true }));
          for (const [what, row, second] of steps) {
            const known = model[row];
            if (what === 'append') {
              const added = list.append(second);
              expect(list.insert(added)).toBe(true);
              model.push({ row: added, second, listed: true });
            } else if (known !== undefined) {
              if (what === 'stamp') {
                list.stamp(row, second);
                known.second = second;
              } else {
                expect(list[what](row)).toBe(known.listed === (what === 'remove'));
                known.listed = what === 'insert';
              }
            }
          }
          const wanted = model
            .filter((each) => each.listed)
            .toSorted((a, b) => a.second - b.second || b.row - a.row);
          expect(Array.from({ length: list.listed }, (_, place) => list.at(place))).toEqual(
            wanted.map((each) => each.row),
          );
          for (const [place, each] of wanted.entries()) expect(list.placeOf(each.row)).toBe(place);
          expect(list.lowerBound(6)).toBe(wanted.filter((each) => each.second < 6).length);
        },
      ),
    );
  });

  it('has no place beyond its end', () => {
    expect(() => new LiveList(new Uint32Array(2), (a, b) => a - b).at(2)).toThrow(RangeError);
  });
});
