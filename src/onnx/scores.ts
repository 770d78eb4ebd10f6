import protobuf from 'protobufjs/minimal.js';
import type { OnnxGraph } from './onnx-graph.ts';

// The fields of onnx.proto that are written (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const MODEL = { graph: 7 };
const GRAPH = { output: 12 };
const VALUE_INFO = { name: 1, type: 2 };
const TYPE = { tensor: 1 };
const TENSOR_TYPE = { element: 1 };
const FLOAT32 = 1;

/**
 * Adds the inputs of ZipMap operators to the outputs of a file. Every prediction is checked for finite scores, but
 * ZipMap turns the scores of a classifier into maps, which the Node binding cannot fetch. The outputs are appended as a
 * second part of the graph, which readers merge with the first.
 */
export function addScoreOutputs(onnx: Uint8Array, { nodes, outputs }: OnnxGraph): Uint8Array {
  const fetched = new Set(outputs);
  const parts: Uint8Array[] = [];
  for (const { domain, opType, inputs, outputs: maps } of nodes) {
    const [scores = ''] = inputs;
    if (domain !== 'ai.onnx.ml' || opType !== 'ZipMap' || scores === '' || fetched.has(scores)) continue;
    if (!maps.some(name => outputs.includes(name))) continue;
    fetched.add(scores);
    parts.push(graphPartWithOutput(scores));
  }
  return parts.length > 0 ? Buffer.concat([onnx, ...parts]) : onnx;
}

function graphPartWithOutput(name: string): Uint8Array {
  const writer = protobuf.Writer.create();
  const begin = (field: number) => writer.uint32((field << 3) | 2).fork();
  begin(MODEL.graph);
  begin(GRAPH.output);
  writer.uint32((VALUE_INFO.name << 3) | 2).bytes(Buffer.from(name, 'latin1'));
  begin(VALUE_INFO.type);
  begin(TYPE.tensor);
  writer.uint32(TENSOR_TYPE.element << 3).int32(FLOAT32);
  for (let open = 0; open < 4; open++) writer.ldelim();
  return writer.finish();
}
