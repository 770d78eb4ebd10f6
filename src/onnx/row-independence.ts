import { constantsOf } from './constants.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { RULES } from './row-rules.ts';
import type { Value } from './row-values.ts';

/**
 * Finds the values of a graph that provably have one row for each spectrum, which depends on that spectrum alone. A
 * trial would not prove this, because a model may mix its rows for values that do not occur in the trial. For models
 * without the proof, calls do not share runs, which only costs speed.
 *
 * @param input name of the graph's input
 * @param shape of one spectrum in the input, without the dimension that counts the spectra
 * @returns names of these values
 */
export function rowIndependentValues(
  graph: OnnxGraph,
  input: string,
  shape: readonly number[],
): ReadonlySet<string> {
  const values = new Map<string, Value>([...constantsOf(graph), [input, { rows: [null, ...shape] }]]);
  for (const node of graph.nodes) {
    if (node.isOpaque || node.outputs.every(name => values.has(name))) continue;
    const rule = RULES[node.domain]?.get(node.opType);
    const outputs = rule?.({ node, inputs: node.inputs.map(name => values.get(name)) }) ?? [];
    for (const [i, name] of node.outputs.entries()) if (name !== '') values.set(name, outputs[i]);
  }
  return new Set([...values].flatMap(([name, value]) => (value && 'rows' in value ? [name] : [])));
}
