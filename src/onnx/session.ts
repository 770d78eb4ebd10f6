import { env, InferenceSession } from 'onnxruntime-node';
import { constantsOf } from './constants.ts';
import { cut } from './cut.ts';
import { checkFileLimits } from './file-limits.ts';
import { type OnnxGraph, readOnnxGraph } from './onnx-graph.ts';
import { withScores } from './scores.ts';
import { EXTERNAL_NUMBERS, ModelRefused, NOT_ONNX, readSignature, type Signature } from './signature.ts';

/** A model in ONNX Runtime, ready to run. It holds native memory until `closeModel`. */
export interface OpenModel {
  readonly session: InferenceSession;
  readonly signature: Signature;
}

// The sessions' own level does not cover what ONNX Runtime writes to stderr when it first starts: since 1.23
// it looks for graphics cards and complains of some virtual ones (microsoft/onnxruntime issue 26763).
env.logLevel = 'fatal';

// Since 1.29 ONNX Runtime's builds report each session to Microsoft, with the names and hashes of the model in it, and
// keep an identifier in the home folder (microsoft/onnxruntime, docs/Privacy.md). It reads this when the first one opens.
process.env.ORT_DISABLE_TELEMETRY = '1';

const SESSION: InferenceSession.SessionOptions = {
  logSeverityLevel: 4,
  executionProviders: ['cpu'],
  // The binding computes on the calling thread; a pool for each session would only compete with it.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // So that an idle session does not keep the memory of its largest run. Measured with the oil-type model, it
  // is as fast: 9 µs a spectrum (11 with the arena), 1.19 ms a thousand (1.15).
  enableCpuMemArena: false,
  // A file of 298 bytes can describe a constant of gigabytes, which the optimizer would compute here and keep; left to the
  // run, it is there for as long as that. One of its rules also fails to open Dropout in training mode. Measured without
  // it: octane 13.8 µs a spectrum (13.2 with it), 292 µs a thousand (283); oil type 15.5 µs (14.1), 1.34 ms (1.33); a
  // convolutional network 57 µs (60).
  graphOptimizationLevel: 'disabled',
  extra: {
    session: {
      // Numbers below 1.2e-38 take a processor up to a hundred times as long as others. This sets the flags of the
      // thread on which a process opens its first session, and runs are on the same one.
      set_denormal_as_zero: '1',
      // A file can keep its constants in other files, which ONNX Runtime 1.30 then looks up in the working
      // directory, so that an upload could read what lies there. Nothing can lie beneath a device.
      model_external_initializers_file_folder_path: '/dev/null/none',
      // Otherwise bytes that begin as ONNX Runtime's internal format are read as that, with fewer checks.
      load_model_format: 'ONNX',
    },
  },
};

/**
 * Opens an ONNX file. The caller closes it with `closeModel`.
 *
 * @throws {ModelRefused} where the bytes are no ONNX, are beyond the limits of `checkFileLimits`, need what this server
 *   lacks, or do not fit `Signature`
 */
export async function openModel(bytes: Uint8Array): Promise<OpenModel> {
  checkFileLimits(bytes);
  const graph = readOnnxGraph(bytes);
  const session = await InferenceSession.create(withScores(bytes, graph), SESSION).catch((cause: unknown) => {
    throw new ModelRefused(whyNotOpened(cause, graph), { cause: cut(cause) });
  });
  try {
    const constants = constantsOf(graph);
    const signature = readSignature(session.inputMetadata, session.outputMetadata, {
      declared: graph.outputs.length,
      isConstant: index => constants.has(graph.outputs[index] ?? ''),
    });
    return { session, signature };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Frees a model's native memory. It must not be running and is not usable afterwards. */
export async function closeModel(model: OpenModel): Promise<void> {
  await model.session.release();
}

// ONNX Runtime's own words hold paths of the build and of this machine, so they only choose among ours.
/** What it says where there is no more memory. */
export const NO_MEMORY = /bad_alloc|failed to allocate memory/i;
const REASONS: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [NO_MEMORY, 'The model needs more memory than it may have.'],
  [/external data|in-memory address marker|model_path/i, EXTERNAL_NUMBERS],
  [
    /IR version|official released onnx opset|under development/i,
    'The file is of a newer ONNX version than this server reads, expected one exported for an older opset.',
  ],
  [
    /not a registered function|No Op registered|No opset import|NOT_IMPLEMENTED/i,
    'The model uses an operator that this server does not have, expected standard ONNX and ai.onnx.ml operators.',
  ],
  [/protobuf parsing failed|data pointer is null|No graph was found/i, NOT_ONNX],
];

const NOT_IMPLEMENTED = /Could not find an implementation for (\w+)\(/i;
const FLOAT64 = 11;

function whyNotOpened(cause: unknown, { inputTypes }: OnnxGraph): string {
  const words = cause instanceof Error ? cause.message : '';
  const operator = NOT_IMPLEMENTED.exec(words)?.[1];
  if (operator) {
    const types = inputTypes.includes(FLOAT64) ? 'float64' : 'the types of its inputs';
    return (
      `ONNX Runtime has no implementation of the operator ${operator} for ${types}, expected a model exported for ` +
      'float32: with FloatTensorType in skl2onnx, after model.float() in PyTorch.'
    );
  }
  const reason = REASONS.find(([pattern]) => pattern.test(words));
  return reason?.[1] ?? 'ONNX Runtime cannot open the file, expected a valid ONNX model.';
}
