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
 * Adds to a file's outputs the floats of which it makes maps for each spectrum (ZipMap): the Node binding cannot fetch
 * those, and whether the scores are finite is asked of every prediction. Readers join the pieces of a graph, so what is
 * added is a second piece behind the file.
 */
export function withScores(onnx: Uint8Array, { nodes, outputs }: OnnxGraph): Uint8Array {
  const fetched = new Set(outputs);
  const pieces: Uint8Array[] = [];
  for (const { domain, opType, inputs, outputs: maps } of nodes) {
    const [scores = ''] = inputs;
    if (domain !== 'ai.onnx.ml' || opType !== 'ZipMap' || scores === '' || fetched.has(scores)) continue;
    if (!maps.some(name => outputs.includes(name))) continue;
    fetched.add(scores);
    pieces.push(outputPiece(scores));
  }
  return pieces.length > 0 ? Buffer.concat([onnx, ...pieces]) : onnx;
}

function outputPiece(name: string): Uint8Array {
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
