import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';
import type { Queued } from './fifo.ts';

test('the queue gives back in order what was pushed, and nothing when it is empty', () => {
  const queue = new Fifo<number>();
  expect(queue.shift()).toBeUndefined();
  for (const value of [1, 2, 3]) queue.push(value);
  expect(queue.size).toBe(3);
  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([1, 2, 3, undefined]);
  expect(queue.size).toBe(0);
});

test('a member leaves from the middle, the beginning and the end, and only once', () => {
  const queue = new Fifo<string>();
  const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map((value) => queue.push(value));
  for (const member of [second, first, fourth, second, first]) if (member !== undefined) queue.remove(member);
  expect(queue.size).toBe(1);
  queue.push('e');
  expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['c', 'e', undefined]);
  if (third !== undefined) queue.remove(third);
  expect(queue.size).toBe(0);
});

test('a member of another queue is not removed', () => {
  const queue = new Fifo<string>();
  queue.push('mine');
  queue.remove(new Fifo<string>().push('theirs'));
  expect(queue.size).toBe(1);
});

test('whatever is pushed, shifted and removed, the queue does what an array would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('push', 'shift', 'remove'), fc.nat(9))), (steps) => {
      const queue = new Fifo<number>();
      const members: Queued<number>[] = [];
      let model: Queued<number>[] = [];
      let pushed = 0;
      for (const [step, index] of steps) {
        if (step === 'push') {
          const member = queue.push((pushed += 1));
          members.push(member);
          model.push(member);
        } else if (step === 'shift') {
          expect(queue.shift()).toBe(model.shift()?.value);
        } else {
          const member = members[index];
          if (member === undefined) continue;
          queue.remove(member);
          model = model.filter((other) => other !== member);
        }
        expect(queue.size).toBe(model.length);
      }
      expect(Array.from({ length: model.length }, () => queue.shift())).toEqual(
        model.map(({ value }) => value),
      );
    }),
    { numRuns: 100 },
  );
});
