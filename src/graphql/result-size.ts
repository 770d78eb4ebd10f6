import type { FieldNode } from 'graphql';
import { MAX_NUMBERS } from '../deployments/model-facts.ts';
import { badUserInput } from '../errors.ts';
import { checkRows, MAX_OBJECTS } from '../requests/bounds.ts';

/** Max cost of a result, as query-cost.ts computes it: 40 000 fields and objects take a tenth of a second. */
export const MAX_RESULT_COST = 40_000;

/** The size of the result of one request so far. */
export interface ResultSize {
  /** Objects in its lists. */
  objects: number;
  /** The cost of the entries of its lists. */
  cost: number;
  /** Whether axes and calibration spectra were not read, because they have too many numbers. */
  hasTooManyNumbers: boolean;
  /** The cost of one entry of the list at a field, the entry itself included. */
  entryCosts: Map<FieldNode, number>;
}

/** Starts counting the size of a result. */
export const startResultSize = (): ResultSize => ({
  objects: 0,
  cost: 0,
  hasTooManyNumbers: false,
  entryCosts: new Map(),
});

/** @throws BAD_USER_INPUT when the result is too large; none of it is then sent */
export function checkResultSize({ objects, cost, hasTooManyNumbers }: ResultSize): void {
  if (hasTooManyNumbers)
    throw badUserInput(
      `The answer would hold more than ${MAX_NUMBERS} numbers of axes and calibration spectra. Ask for fewer models at once.`,
    );
  checkRows(objects);
  if (cost > MAX_RESULT_COST)
    throw badUserInput(
      `The answer would hold more than ${MAX_RESULT_COST} fields and objects. Ask for less at once.`,
    );
}

/** Whether the result is too large. */
export const isTooLarge = ({ objects, cost, hasTooManyNumbers }: ResultSize) =>
  hasTooManyNumbers || objects > MAX_OBJECTS || cost > MAX_RESULT_COST;
