import {
  type AuthenticatedKey,
  type Caller,
  type DeploymentFacts,
  type PlanFacts,
  type ReachedDeployment,
  requireSignedIn,
  type SignedInPerson,
} from '../auth/caller.ts';
import { requireDeploymentEditor } from '../deployments/authorize.ts';
import type { DeploymentRow } from '../deployments/deployments.ts';
import { apiKeyNotAuthorized, planFeatureRequired, unauthenticated } from '../errors.ts';
import type { ProjectRow } from '../projects/projects.ts';
import type { ById } from '../requests/loaders.ts';
import type { LoggedCaller } from './settlement/statement.ts';

/** A signed-in person with the deployments that they can see. */
export interface Viewer extends SignedInPerson {
  load: { project: ById<ProjectRow>; deployment: ById<DeploymentRow> };
}

/** A deployment with the facts that `predict` needs. */
export interface DeploymentToCall extends DeploymentFacts, PlanFacts {
  /** End of the model's last quarantine; null if there was none. */
  quarantinedUntil: Date | null;
}

/** The result of a successful check. */
export interface AuthorizedPredict {
  deployment: DeploymentToCall;
  loggedCaller: LoggedCaller;
}

/**
 * Checks that a caller may predict on a deployment.
 *
 * @throws UNAUTHENTICATED; for keys API_KEY_NOT_AUTHORIZED or PLAN_FEATURE_REQUIRED; for people NOT_FOUND or FORBIDDEN
 */
export async function authorizePredict(
  caller: Caller<Viewer>,
  deploymentId: string,
): Promise<AuthorizedPredict> {
  if (caller.kind === 'anonymous') throw unauthenticated();
  if (caller.kind === 'api-key') return authorizeKey(caller.key, deploymentId);
  const { id: userId, load } = requireSignedIn(caller);
  const deployment = await requireDeploymentEditor({ load }, deploymentId);
  return { deployment, loggedCaller: { source: 'WEB', userId, revision: deployment.accessRevision } };
}

function authorizeKey(key: AuthenticatedKey, deploymentId: string): AuthorizedPredict {
  if (!key.scopes.includes('PREDICT')) throw apiKeyNotAuthorized();
  const reached = requireReached(key, deploymentId);
  const { organizationId, allowApiPredict, quota } = key;
  if (!allowApiPredict) throw planFeatureRequired();
  const quarantinedUntil = reached.quarantinedUntil === null ? null : new Date(reached.quarantinedUntil);
  return {
    deployment: { ...reached, organizationId, allowApiPredict, quota, quarantinedUntil },
    loggedCaller: { source: 'API', key, revision: key.revision },
  };
}

/**
 * Checks that a path names the project of a key. The error is that of a deployment which the key does not reach.
 *
 * @param path parts that are absent are not checked
 * @throws API_KEY_NOT_AUTHORIZED
 */
export function requireKeyPath(
  { organizationSlug, projectId }: AuthenticatedKey,
  path: { slug?: string | undefined; projectId?: string | undefined },
): void {
  const isOwn =
    (path.slug === undefined || path.slug === organizationSlug) &&
    (path.projectId === undefined || path.projectId.toLowerCase() === projectId);
  if (!isOwn) throw apiKeyNotAuthorized();
}

/** Finds the facts about a deployment that a key reaches. @throws API_KEY_NOT_AUTHORIZED */
export function requireReached(
  { deployments }: Pick<AuthenticatedKey, 'deployments'>,
  deploymentId: string,
): ReachedDeployment {
  const wanted = deploymentId.toLowerCase();
  const reached = deployments.find(({ id }) => id === wanted);
  if (!reached) throw apiKeyNotAuthorized();
  return reached;
}
