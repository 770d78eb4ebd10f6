import type { FieldNode } from 'graphql';
import { badUserInput } from '../errors.ts';
import { MAX_OBJECTS } from '../requests/bounds.ts';

/** What an answer may cost, by the prices of query-cost.ts: 40 000 fields and objects take a tenth of a second. */
export const MAX_ANSWER_COST = 40_000;

/** What the answer to one request comes to so far. */
export interface AnswerSize {
  /** Objects in its lists. */
  objects: number;
  /** What they cost. */
  cost: number;
  /** What an entry of the list at a field costs, itself included. */
  prices: Map<FieldNode, number>;
}

export const startAnswerSize = (): AnswerSize => ({ objects: 0, cost: 0, prices: new Map() });

/** @throws BAD_USER_INPUT when the answer is larger than one may be; it is then refused whole. */
export function checkAnswerSize({ objects, cost }: AnswerSize): void {
  if (objects > MAX_OBJECTS)
    throw badUserInput(`The answer would hold more than ${MAX_OBJECTS} objects. Ask for less at once.`);
  if (cost > MAX_ANSWER_COST)
    throw badUserInput(
      `The answer would hold more than ${MAX_ANSWER_COST} fields and objects. Ask for less at once.`,
    );
}

/** Whether the answer is larger than one may be. */
export const isTooLarge = ({ objects, cost }: AnswerSize) => objects > MAX_OBJECTS || cost > MAX_ANSWER_COST;
