import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedKey } from '../../auth/caller.ts';
import { unauthenticated } from '../../errors.ts';
import type { Prediction as PredictionRow } from '../../generated/graphql.ts';
import type { Context } from '../../graphql/context.ts';
import { answerByConfirmedFacts } from '../../predictions/attempt.ts';
import { requireKeyPath } from '../../predictions/authorize.ts';
import { type PredictCall, type PredictResult, predict } from '../../predictions/predict.ts';
import type { ContextOf } from '../contexts.ts';
import { idempotencyKeyOf, setLimitHeaders } from './headers.ts';
import type { PredictAnswer, Prediction, PredictRequest } from './schemas.ts';

/** The deployment that a path names. `slug` and `projectId` are only in the long one. */
export interface DeploymentPath {
  deploymentId: string;
  slug?: string;
  projectId?: string;
}

/** The result of a call, with the model that answered it. */
export interface Answered {
  result: PredictResult;
  model: PredictAnswer['model'];
}

/**
 * Calls `predict` with the key of a request, until the facts about the key are confirmed, and sets the headers of the
 * limits.
 *
 * @throws what looking the key up and `predict` throw; API_KEY_NOT_AUTHORIZED when the path names another project
 */
export async function callPredict(
  contextOf: ContextOf,
  request: FastifyRequest,
  reply: FastifyReply,
  { path, ...call }: Pick<PredictCall, 'spectra' | 'xValues' | 'idempotencyKey'> & { path: DeploymentPath },
): Promise<Answered> {
  const first = await contextOf(request, reply, 'any look-up');
  const { context, answer } = await answerByConfirmedFacts(first, async context => ({
    context,
    answer: await answerIn(context, path, call).catch((error: unknown) => ({ error })),
  }));
  const { allowances } = context.attempt;
  if (allowances) setLimitHeaders(reply, allowances, context);
  if ('error' in answer) throw answer.error;
  return answer;
}

async function answerIn(
  { db, predicting, caller, at: now, address: network, isOver, attempt, facts: { isRemembered } }: Context,
  path: DeploymentPath,
  call: Pick<PredictCall, 'spectra' | 'xValues' | 'idempotencyKey'>,
): Promise<Answered> {
  if (caller.kind !== 'api-key') throw unauthenticated();
  const { deploymentId } = path;
  requireKeyPath(caller.key, path);
  const result = await predict(
    { db, ...predicting },
    { caller, deploymentId, ...call, now, network, isOver, attempt, isRemembered },
  );
  return { result, model: answeringModel(caller.key, result.modelId) };
}

/** The model that answered, in the names of this API. */
function answeringModel({ deployments }: AuthenticatedKey, modelId: string): PredictAnswer['model'] {
  const found = deployments.find(deployment => deployment.modelId === modelId);
  if (!found) throw new Error('the model of an answer is not among the facts about its key');
  const { name, version, targetProperty, unit } = found.model;
  return { id: modelId, name, version, target_property: targetProperty, unit };
}

/** Handles a call of `predict` in JSON. @returns the body of the answer */
export async function answerPredict(
  contextOf: ContextOf,
  request: FastifyRequest<{ Body: PredictRequest; Params: DeploymentPath }>,
  reply: FastifyReply,
): Promise<PredictAnswer> {
  const { body, params } = request;
  const { result, model } = await callPredict(contextOf, request, reply, {
    path: params,
    spectra: body.spectra.map(({ sample_name, y_values }) => ({
      sampleName: sample_name,
      yValues: y_values,
    })),
    xValues: body.x_values ?? null,
    idempotencyKey: idempotencyKeyOf(request),
  });
  return {
    predictions: result.predictions.map(predictionOf),
    model,
    x_axis_checked: result.xAxisChecked,
    log_id: result.logId,
  };
}

/** A prediction in the names of this API. */
export function predictionOf({
  sampleName,
  value,
  category,
  applicability,
  inCalibrationRange,
}: PredictionRow): Prediction {
  const found = value ?? category;
  if (found == null) throw new Error('a prediction has neither value nor category');
  return {
    sample_name: sampleName,
    value: found,
    ...(applicability && {
      applicability: {
        verdict: applicability.verdict,
        t2: applicability.t2 ?? null,
        t2_limit: applicability.t2Limit ?? null,
        q: applicability.q ?? null,
        q_limit: applicability.qLimit ?? null,
      },
    }),
    ...(inCalibrationRange != null && { in_calibration_range: inCalibrationRange }),
  };
}
