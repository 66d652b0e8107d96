import type { Operator } from '../place.ts';
import { arrow, block, condition, returned, statement } from './flow.ts';
import { method, optional } from './members.ts';
import {
  arithmetic,
  assignment,
  boundary,
  equality,
  logical,
  number,
  unary,
  update,
} from './numbers-and-signs.ts';
import { array, boolean, byDefault, object, spread, text } from './values.ts';

/** All operators by the name that `--operators` takes. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  arithmetic,
  boundary,
  equality,
  logical,
  assignment,
  update,
  unary,
  number,
  boolean,
  text,
  array,
  object,
  spread,
  default: byDefault,
  condition,
  block,
  statement,
  return: returned,
  arrow,
  method,
  optional,
};
