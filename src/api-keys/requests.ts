import { createHash } from 'node:crypto';
import type { DeploymentRow } from '../deployments/deployments.ts';
import { badUserInput } from '../errors.ts';
import type { ProjectRole } from '../generated/database.ts';
import type { ApiKeyTarget, CreateApiKeyInput } from '../generated/graphql.ts';
import type { ProjectRow } from '../projects/projects.ts';
import { type Repeatable, repeatable } from '../requests/idempotency.ts';
import type { ById } from '../requests/loaders.ts';
import { checkName } from '../requests/names.ts';
import type { Reach } from './queries.ts';

/**
 * What the target of a request reaches, and the viewer's role there.
 *
 * @throws NOT_FOUND when it does not exist or is not visible.
 */
export async function findTarget(
  load: { deployment: ById<DeploymentRow>; project: ById<ProjectRow> },
  target: ApiKeyTarget,
): Promise<Reach & { role: ProjectRole }> {
  if (target.deploymentId !== undefined) {
    const { id, projectId, role } = await load.deployment.get(target.deploymentId);
    return { projectId, deploymentId: id, role };
  }
  const { id, role } = await load.project.get(target.projectId);
  return { projectId: id, deploymentId: null, role };
}

/**
 * The name and expiry that a new key is to have.
 *
 * @throws BAD_USER_INPUT when the name is empty or too long, or the expiry is not in the future.
 */
export function checkNewApiKey(
  input: CreateApiKeyInput,
  now: Date,
): { name: string; expiresAt: Date | null } {
  const expiresAt = input.expiresAt ?? null;
  if (expiresAt && expiresAt <= now) throw badUserInput('"expiresAt" must lie in the future.');
  return { name: checkName(input.name, 'The name of an API key'), expiresAt };
}

/** A request for a new key that its caller may repeat; null when it has no idempotency key. @throws BAD_USER_INPUT */
export function repeatableCreate(
  idempotencyKey: string | null | undefined,
  caller: { callerId: string; at: Date },
  { reach, name, expiresAt }: { reach: Reach; name: string; expiresAt: Date | null },
): Repeatable | null {
  if (idempotencyKey == null) return null;
  const request = JSON.stringify([reach.projectId, reach.deploymentId, name, expiresAt]);
  return repeatable(
    { operation: 'createApiKey', key: idempotencyKey, ...caller },
    createHash('sha256').update(request).digest(),
  );
}
