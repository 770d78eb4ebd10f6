import { env, InferenceSession } from 'onnxruntime-node';
import type { ModelKind } from '../generated/database.ts';
import { constantsOf } from './constants.ts';
import { cut } from './cut.ts';
import { checkFileLimits } from './file-limits.ts';
import { type OnnxGraph, readOnnxGraph } from './onnx-graph.ts';
import { addScoreOutputs } from './scores.ts';
import { EXTERNAL_DATA, ModelRefused, NOT_ONNX, readSignature, type Signature } from './signature.ts';

/** An open ONNX Runtime session. It holds native memory until `closeModel`. */
export interface OpenModel {
  readonly session: InferenceSession;
  readonly signature: Signature;
  /** Names of the outputs that a run fetches: the prediction, the scores and the statistics. */
  readonly fetched: readonly string[];
}

// The log level of the sessions does not cover what ONNX Runtime writes to stderr when it starts: since 1.23 it looks
// for graphics cards and warns of some virtual ones (microsoft/onnxruntime issue 26763).
env.logLevel = 'fatal';

// Since 1.29 ONNX Runtime's builds report each session to Microsoft, with the names and hashes of its model, and store
// an identifier in the home folder (microsoft/onnxruntime, docs/Privacy.md). This is read when the first session opens.
process.env.ORT_DISABLE_TELEMETRY = '1';

const SESSION: InferenceSession.SessionOptions = {
  logSeverityLevel: 4,
  executionProviders: ['cpu'],
  // The binding computes on the calling thread; a thread pool for each session would only compete with it.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // The arena would keep the memory of the largest run in an idle session. Without it the oil-type model takes 9 µs per
  // spectrum (11 µs with it), and 1.19 ms per thousand (1.15 ms).
  enableCpuMemArena: false,
  // A file of 298 bytes can describe a constant of gigabytes, which the optimizer would compute on opening and keep;
  // without it, the constant exists only during a run. One of its rules also fails to open Dropout in training mode.
  // Measured without it: octane 13.8 µs per spectrum (13.2 µs with it), 292 µs per thousand (283 µs); oil type 15.5 µs
  // (14.1 µs), 1.34 ms (1.33 ms); a convolutional network 57 µs (60 µs).
  graphOptimizationLevel: 'disabled',
  extra: {
    session: {
      // Computing with numbers below 1.2e-38 takes a processor up to 100 times as long. This sets the flags of the
      // thread that opens the first session of the process; runs use the same thread.
      set_denormal_as_zero: '1',
      // A file can keep its constants in external files, which ONNX Runtime 1.30 looks up in the working directory, so
      // an upload could read files of the server. No file can exist below a device.
      model_external_initializers_file_folder_path: '/dev/null/none',
      // Otherwise bytes that start like ONNX Runtime's internal format are read as such, with fewer checks.
      load_model_format: 'ONNX',
    },
  },
};

/**
 * Opens an ONNX file. The caller closes it with `closeModel`.
 *
 * @param kind of a registered model
 * @throws {ModelRefused} when the bytes are not ONNX, exceed the limits of `checkFileLimits`, need an ONNX version or
 *   an operator that ONNX Runtime does not have, or do not fit `Signature`
 */
export async function openModel(bytes: Uint8Array, kind?: ModelKind): Promise<OpenModel> {
  checkFileLimits(bytes);
  const graph = readOnnxGraph(bytes);
  const session = await InferenceSession.create(addScoreOutputs(bytes, graph), SESSION).catch(
    (cause: unknown) => {
      throw new ModelRefused(openingError(cause, graph), { cause: cut(cause) });
    },
  );
  try {
    const constants = constantsOf(graph);
    const signature = readSignature(session.inputMetadata, session.outputMetadata, {
      declared: graph.outputs.length,
      isConstant: index => constants.has(graph.outputs[index] ?? ''),
      kind,
    });
    // Fetches only these outputs: fetching a ZipMap is an error in the Node binding.
    const { outputName, scoreNames, statistics } = signature;
    return { session, signature, fetched: [outputName, ...scoreNames, ...statistics] };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Frees a model's native memory. The model must not be running, and cannot be used afterwards. */
export async function closeModel(model: OpenModel): Promise<void> {
  await model.session.release();
}

/** Matches the errors of ONNX Runtime that report a failed allocation. */
export const NO_MEMORY = /bad_alloc|failed to allocate memory/i;
/**
 * Messages for the errors of ONNX Runtime that match a pattern. The errors themselves are not shown, because they
 * contain paths of the build and of this machine.
 */
const REASONS: readonly (readonly [pattern: RegExp, message: string])[] = [
  [NO_MEMORY, 'The model needs more memory than it may use.'],
  [/external data|in-memory address marker|model_path/i, EXTERNAL_DATA],
  [
    /IR version|official released onnx opset|under development/i,
    'The file uses a newer ONNX version than this server supports, expected a model exported for an older opset.',
  ],
  [
    /not a registered function|No Op registered|No opset import|NOT_IMPLEMENTED/i,
    'The model uses an operator that this server does not have, expected standard ONNX and ai.onnx.ml operators.',
  ],
  [/protobuf parsing failed|data pointer is null|No graph was found/i, NOT_ONNX],
];

const NOT_IMPLEMENTED = /Could not find an implementation for (\w+)\(/i;
const FLOAT64 = 11;

function openingError(cause: unknown, { inputTypes }: OnnxGraph): string {
  const message = cause instanceof Error ? cause.message : '';
  const operator = NOT_IMPLEMENTED.exec(message)?.[1];
  if (operator) {
    const types = inputTypes.includes(FLOAT64) ? 'float64' : 'the types of its inputs';
    return (
      `ONNX Runtime has no implementation of the operator ${operator} for ${types}, expected a model exported for ` +
      'float32: with FloatTensorType in skl2onnx, after model.float() in PyTorch.'
    );
  }
  const reason = REASONS.find(([pattern]) => pattern.test(message));
  return reason?.[1] ?? 'ONNX Runtime cannot open the file, expected a valid ONNX model.';
}
