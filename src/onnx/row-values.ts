import type { Constant } from './constants.ts';
import type { OnnxNode } from './onnx-graph.ts';

/**
 * A value whose first axis counts the spectra and whose row for a spectrum follows from that spectrum alone. A
 * dimension that is not known is null, as is the first.
 */
export interface Rows {
  readonly rows: readonly (number | null)[];
}
export type Value = Rows | Constant | undefined;

/** What a rule is given: an operator, and what is known of its inputs. */
export interface Operation {
  readonly node: OnnxNode;
  readonly inputs: readonly Value[];
}
/** Says what an operator's outputs are, undefined where that is not known. */
export type Rule = (operation: Operation) => readonly (Rows | undefined)[];

export const UNKNOWN: readonly undefined[] = [];
/** Undefined dimensions make it null. */
export const product = (dims: readonly (number | null)[]) =>
  dims.reduce<number | null>((size, dim) => (size === null || dim === null ? null : size * dim), 1);

export const rowsOf = (value: Value): Rows['rows'] | undefined =>
  value && 'rows' in value ? value.rows : undefined;
export const constantOf = (value: Value): Constant | undefined =>
  value && !('rows' in value) ? value : undefined;
export const isConstant = (value: Value) => constantOf(value) !== undefined;

export const attributeInt = ({ attributes }: OnnxNode, name: string, other: number) =>
  attributes.has(name) ? (attributes.get(name)?.int ?? Number.NaN) : other;

/** Axes counted from the front; undefined where one is not an axis, or the first, which counts the spectra. */
export function axesWithin(
  axes: readonly number[] | undefined,
  rank: number,
): ReadonlySet<number> | undefined {
  if (!axes || axes.length === 0) return undefined;
  const counted = new Set(axes.map(axis => (axis < 0 ? axis + rank : axis)));
  return [...counted].every(axis => axis > 0 && axis < rank) ? counted : undefined;
}
export const axisWithin = ({ node }: Operation, other: number, rank: number) =>
  axesWithin([attributeInt(node, 'axis', other)], rank);

/** Integers that an operator takes as an attribute in old versions and as an input in new ones. */
export const intsOf = ({ node, inputs }: Operation, attribute: string, input: number) =>
  node.attributes.has(attribute) ? node.attributes.get(attribute)?.ints : constantOf(inputs[input])?.ints;

export const forgetting = (rows: Rows['rows'], axes: ReadonlySet<number>): Rows => ({
  rows: rows.map((dim, axis) => (axes.has(axis) ? null : dim)),
});
