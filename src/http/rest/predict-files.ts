import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { apiKeyNotAuthorized, codeOf, codes, unauthenticated, unsupportedMediaType } from '../../errors.ts';
import type { Context } from '../../graphql/context.ts';
import { ModelGone } from '../../onnx/outcome.ts';
import { type Allowances, allowancesOf } from '../../predictions/allowances.ts';
import { authorizePredict, type DeploymentToCall, requireKeyPath } from '../../predictions/authorize.ts';
import type { SpectrumToPredict } from '../../predictions/settlement/repeat.ts';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import { valuesOf } from '../../spectra/ordered-file.ts';
import { placeIn } from '../../spectra/problems.ts';
import type { ReadBody, ReserveMemory } from '../api-scope.ts';
import type { ContextOf } from '../contexts.ts';
import type { FileInAnswer, PredictFilesAnswer } from './file-schemas.ts';
import type { ReadFile } from './files-worker.ts';
import { idempotencyKeyOf, setLimitHeaders } from './headers.ts';
import { boundaryOf } from './multipart.ts';
import { callPredict, type DeploymentPath, predictionOf } from './predict.ts';
import type { FileReading, FilesBody } from './read-files.ts';

/** Reads bodies of `multipart/form-data`, and no others, in a scope. Their parts are split in a worker. */
export function acceptFiles(scope: FastifyInstance, readBody: ReadBody): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'multipart/form-data',
    async (request: FastifyRequest, payload: IncomingMessage): Promise<FilesBody> => {
      const contentType = request.headers['content-type'] ?? '';
      if (!boundaryOf(contentType)) {
        throw unsupportedMediaType(
          'The Content-Type has no boundary. Send "Content-Type: multipart/form-data; boundary=…", as HTTP clients do when they are given files.',
        );
      }
      return { contentType, bytes: await readBody(request, payload) };
    },
  );
}

/** Handles a call of `predict` with files. @returns the body of the answer */
export async function answerPredictFiles(
  {
    contextOf,
    fileReading,
    reserveMemory,
  }: { contextOf: ContextOf; fileReading: FileReading; reserveMemory: ReserveMemory },
  request: FastifyRequest<{ Body: FilesBody; Params: DeploymentPath }>,
  reply: FastifyReply,
): Promise<PredictFilesAnswer> {
  const { body, params } = request;
  const idempotencyKey = idempotencyKeyOf(request);
  // Not by remembered facts: nothing would confirm them if the files are refused.
  const context = await contextOf(request, reply, 'recent look-up');
  const sender = await senderOf(context, params);
  const { files, x } = await fileReading.read(body, sender).catch(async (error: unknown) => {
    if (context.isOver()) throw error;
    // The call may have waited for others: a key that was revoked meanwhile gets that error.
    const now = await contextOf(request, reply, 'new look-up');
    const { allowances } = await authorizeFiles(now, params);
    setLimitHeaders(reply, allowances, now);
    throw error;
  });
  // A JCAMP-DX file of 100 bytes may have 100 000 points.
  const bytes = files.reduce((sum, { points }) => sum + points.byteLength, 0);
  reserveMemory(request, sender.tenant, bytes);
  const { result, model } = await callPredict(contextOf, request, reply, {
    path: params,
    spectra: files.flatMap(spectraOf),
    xValues: x,
    idempotencyKey,
  });
  const nameOfFile = files.flatMap(({ name, samples }) => samples.map(() => name));
  return {
    predictions: result.predictions.map((prediction, index) => ({
      ...predictionOf(prediction),
      file: nameOfFile[index] ?? '',
    })),
    model,
    x_axis_checked: result.xAxisChecked,
    log_id: result.logId,
    files: files.map(fileOf),
  };
}

/** The deployment that files are sent to, and its limits. @throws what `predict` throws for a caller who may not call it */
async function authorizeFiles(
  { caller }: Context,
  path: DeploymentPath,
): Promise<{ deployment: DeploymentToCall; allowances: Allowances }> {
  if (caller.kind !== 'api-key') throw unauthenticated();
  requireKeyPath(caller.key, path);
  const { deployment } = await authorizePredict(caller, path.deploymentId);
  return { deployment, allowances: allowancesOf(deployment, caller.key) };
}

/** For whom files are read, and for which model. @throws as `authorizeFiles` */
async function senderOf(context: Context, path: DeploymentPath) {
  const { predicting, modelOf, isOver } = context;
  const { deployment } = await authorizeFiles(context, path);
  const { modelId, hasAxis, inputLength, organizationId, allowApiPredict } = deployment;
  const tenant = { id: organizationId, reserved: allowApiPredict };
  const [{ yUnit }, axis] = await Promise.all([
    modelOf(modelId),
    hasAxis ? predicting.xAxes.find(modelId, tenant) : null,
  ]).catch((error: unknown) => {
    // Deleted since the look-up, and the deployment with it.
    const isGone = error instanceof ModelGone || isNotFound(error);
    throw isGone ? apiKeyNotAuthorized() : error;
  });
  const model: ExpectedSpectra = { axis, inputLength, yUnit };
  return { tenant, model, isOver };
}

const isNotFound = (error: unknown): boolean =>
  error instanceof GraphQLError && codeOf([error]) === codes.NOT_FOUND;

const spectraOf = ({ name, samples, points, pointsOfSpectrum }: ReadFile): SpectrumToPredict[] =>
  samples.map(({ sampleName, line }, index) => ({
    sampleName,
    yValues: valuesOf({ points, pointsOfSpectrum }, index),
    place: placeIn(name, line),
  }));

/** A file in the names of this API. */
const fileOf = ({ name, format, order, orderNote, notes }: ReadFile): FileInAnswer => ({
  name,
  format,
  order: order === 'reversed' ? 'REVERSED' : 'AS_IN_FILE',
  axis_checked: order !== 'unchecked',
  notes: [...(orderNote === null ? [] : [orderNote]), ...notes],
});
