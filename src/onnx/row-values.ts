import type { Constant } from './constants.ts';
import type { OnnxNode } from './onnx-graph.ts';

/**
 * The shape of a value whose first axis counts the spectra, and whose rows each depend on their spectrum alone. Unknown
 * dimensions are null; the first always is.
 */
export interface Rows {
  readonly rows: readonly (number | null)[];
}
/** What is known about a value of a graph; undefined: nothing. */
export type Value = Rows | Constant | undefined;

/** An operator, and what is known about its inputs. */
export interface Operation {
  readonly node: OnnxNode;
  readonly inputs: readonly Value[];
}

/** Derives what is known about the outputs of an operator. An undefined or missing output is not row-independent. */
export type Rule = (operation: Operation) => readonly (Rows | undefined)[];

export const UNKNOWN: readonly undefined[] = [];
/** Product of dimensions; null if one is unknown. */
export const product = (dims: readonly (number | null)[]) =>
  dims.reduce<number | null>((size, dim) => (size === null || dim === null ? null : size * dim), 1);

export const rowsOf = (value: Value): Rows['rows'] | undefined =>
  value && 'rows' in value ? value.rows : undefined;
export const constantOf = (value: Value): Constant | undefined =>
  value && !('rows' in value) ? value : undefined;
export const isConstant = (value: Value) => constantOf(value) !== undefined;

/** An integer attribute; NaN if it has another type. */
export const attributeInt = ({ attributes }: OnnxNode, name: string, defaultValue: number) =>
  attributes.has(name) ? (attributes.get(name)?.int ?? Number.NaN) : defaultValue;

/** Makes axes non-negative. @returns undefined unless every axis exists and lies within a row, so is not the first */
export function axesInRow(
  axes: readonly number[] | undefined,
  rank: number,
): ReadonlySet<number> | undefined {
  if (!axes || axes.length === 0) return undefined;
  const counted = new Set(axes.map(axis => (axis < 0 ? axis + rank : axis)));
  return [...counted].every(axis => axis > 0 && axis < rank) ? counted : undefined;
}
/** `axesInRow` for the attribute `axis`. */
export const axisInRow = ({ node }: Operation, defaultAxis: number, rank: number) =>
  axesInRow([attributeInt(node, 'axis', defaultAxis)], rank);

/** Integers that old versions of an operator take as an attribute, and new ones as an input. */
export const intsOf = ({ node, inputs }: Operation, attribute: string, input: number) =>
  node.attributes.has(attribute) ? node.attributes.get(attribute)?.ints : constantOf(inputs[input])?.ints;

/** A shape with some dimensions made unknown. */
export const withUnknownDims = (rows: Rows['rows'], axes: ReadonlySet<number>): Rows => ({
  rows: rows.map((dim, axis) => (axes.has(axis) ? null : dim)),
});
