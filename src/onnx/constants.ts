import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx-graph.ts';

/** What is known about a value that is the same in every run. */
export interface Constant {
  readonly dims?: readonly number[] | undefined;
  /** The values, if it is a short list of integers, such as a shape. */
  readonly ints?: readonly number[] | undefined;
}

/** Operators whose output differs in each run. */
export const RANDOM_OPERATORS: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/**
 * Finds the values of a graph that do not depend on its input: initializers, and the outputs of operators with constant
 * inputs. An omitted input, whose name is empty, counts as constant.
 *
 * @returns the constants by name
 */
export function constantsOf({ nodes, initializers }: OnnxGraph): ReadonlyMap<string, Constant> {
  const constants = new Map<string, Constant>([['', {}], ...initializers]);
  for (const node of nodes) {
    if (node.isOpaque || (node.domain === '' && RANDOM_OPERATORS.has(node.opType))) continue;
    if (!node.inputs.every(name => constants.has(name))) continue;
    const constant = constantOf(node);
    for (const name of node.outputs) if (name !== '') constants.set(name, constant);
  }
  return constants;
}

function constantOf({ opType, domain, attributes }: OnnxNode): Constant {
  if (opType !== 'Constant' || domain !== '') return {};
  const tensor: OnnxTensor | undefined = attributes.get('value')?.tensor;
  if (tensor) return tensor;
  const int = attributes.get('value_int')?.int;
  if (int !== undefined) return { dims: [], ints: [int] };
  const ints = attributes.get('value_ints')?.ints;
  if (ints) return { dims: [ints.length], ints };
  return attributes.has('value_float') ? { dims: [] } : {};
}
