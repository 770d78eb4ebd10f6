import type { FastifyReply, FastifyRequest } from 'fastify';
import { monthOf } from '../../accounts/month.ts';
import { findKeyUsage } from '../../api-keys/month-usage.ts';
import { findKeyProject } from '../../api-keys/queries.ts';
import type { AuthenticatedKey } from '../../auth/caller.ts';
import type { Tenant } from '../../concurrency/fair-share.ts';
import type { Database } from '../../database/pool.ts';
import { readDeployments, type SeenDeployment } from '../../deployments/deployments.ts';
import { xAxisOf } from '../../deployments/model-facts.ts';
import { type ModelRow, readModels } from '../../deployments/models.ts';
import type { XAxes } from '../../deployments/x-axes.ts';
import { apiKeyNotAuthorized, unauthenticated } from '../../errors.ts';
import { ModelGone } from '../../onnx/outcome.ts';
import { requireReached } from '../../predictions/authorize.ts';
import type { ContextOf } from '../contexts.ts';
import type { DeploymentPath } from './predict.ts';
import type { DeploymentAnswer, KeyAnswer } from './schemas.ts';

/** Describes the key of a request and what it reaches. Charges nothing, and is not a use of the key. */
export async function answerKey(
  contextOf: ContextOf,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<KeyAnswer> {
  const { key, db, at } = await keyOf(contextOf, request, reply);
  const ids = key.deployments.map(({ id }) => id);
  const [project, deployments, usage] = await Promise.all([
    findKeyProject(db, key.projectId),
    findDeployments(db, ids, at),
    findKeyUsage(db, key, at),
  ]);
  // Deleted since the look-up, and the key with it.
  if (!project) throw unauthenticated();
  const { id, name, prefix, scopes, expiresAt, organizationSlug: slug } = key;
  return {
    id,
    name,
    prefix,
    scopes,
    expires_at: expiresAt?.toISOString() ?? null,
    root_id: key.rootId,
    allowed_networks: key.allowedNetworks,
    monthly_predictions: key.monthlyPredictions,
    usage,
    calls_per_minute: key.callsPerMinute,
    organization: { slug },
    project,
    deployments,
  };
}

/** Describes a deployment that the key of a request reaches, with the x values of its model. */
export async function answerDeployment(
  contextOf: ContextOf,
  request: FastifyRequest<{ Params: DeploymentPath }>,
  reply: FastifyReply,
): Promise<DeploymentAnswer> {
  const { key, db, at, xAxes, tenant } = await keyOf(contextOf, request, reply);
  const { id } = requireReached(key, request.params.deploymentId);
  const [found] = await findDeployments(db, [id], at);
  // Deleted since the look-up: the key no longer reaches it.
  if (!found) throw apiKeyNotAuthorized();
  const { model, ...deployment } = found;
  const { x_axis } = model;
  if (!x_axis) return { ...deployment, model: { ...model, x_axis } };
  // From the cache: decoding 100 000 values of each request would hold the event loop.
  const { values } = await xAxes.find(model.id, tenant).catch(notAuthorizedIfGone);
  return { ...deployment, model: { ...model, x_axis: { ...x_axis, values: [...values] } } };
}

/** The error for a model that was deleted since the look-up, and its deployment with it. */
function notAuthorizedIfGone(error: unknown): never {
  throw error instanceof ModelGone ? apiKeyNotAuthorized() : error;
}

/** The key of a request. `db` uses the organization's share of the connections, unlike look-ups and settlements. */
interface CallerKey {
  key: AuthenticatedKey;
  db: Database;
  at: Date;
  xAxes: XAxes;
  tenant: Tenant;
}

async function keyOf(contextOf: ContextOf, request: FastifyRequest, reply: FastifyReply): Promise<CallerKey> {
  // Nothing would confirm remembered facts.
  const { caller, at, shareOf, predicting } = await contextOf(request, reply, 'recent look-up');
  if (caller.kind !== 'api-key') throw unauthenticated();
  const { key } = caller;
  const { organizationId: id, allowApiPredict: reserved } = key;
  return { key, db: shareOf(id), at, xAxes: predicting.xAxes, tenant: { id, reserved } };
}

type Described = KeyAnswer['deployments'][number];

/** Reads deployments with their models. Those that were deleted meanwhile are left out. */
async function findDeployments(db: Database, ids: string[], at: Date): Promise<Described[]> {
  const deployments = await readDeployments(db, at, ids);
  const models = await readModels(
    db,
    deployments.map(({ modelId }) => modelId),
  );
  const byId = new Map(models.map(model => [model.id, model]));
  return deployments.flatMap(deployment => {
    const model = byId.get(deployment.modelId);
    return model ? [deploymentOf(deployment, model, at)] : [];
  });
}

/** A deployment in the names of this API. */
function deploymentOf(deployment: SeenDeployment, model: ModelRow, now: Date): Described {
  const { id, name, description, active, inputLength, used, quota } = deployment;
  const axis = xAxisOf(model);
  return {
    id,
    name,
    description,
    active,
    input_length: inputLength,
    usage: { month: monthOf(now), predictions: used, limit: quota },
    model: {
      id: model.id,
      name: model.name,
      version: model.version,
      target_property: model.targetProperty,
      unit: model.unit,
      kind: model.kind,
      x_axis: axis && { quantity: axis.quantity, unit: axis.unit, first: axis.first, last: axis.last },
    },
  };
}
