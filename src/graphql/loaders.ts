import { listInvitations } from '../accounts/invitations.ts';
import { findOrganizationMembers, findOrganizations } from '../accounts/organizations.ts';
import { findKeysOfFormerMembers, findKeysOfMembers, memberOf } from '../api-keys/member-keys.ts';
import { countUsableKeys, findApiKeys } from '../api-keys/queries.ts';
import type { Database } from '../database/connect.ts';
import { byId, byParent } from '../database/loaders.ts';
import { findDeployments, findDeploymentsOf } from '../deployments/deployments.ts';
import { findModels, findModelsOf } from '../deployments/models.ts';
import { findProjectMembers, findProjects, findProjectsOf } from '../deployments/projects.ts';

/**
 * Everything that one viewer can reach in one request, each row read once: rules and resolvers see the same facts.
 * All of it joins the viewer's membership, so there is no way around visibility.
 */
export function startLoaders(db: Database, viewerId: string, now: Date) {
  return {
    organization: byId('Organization', ids => findOrganizations(db, viewerId, ids)),
    organizationMembers: byParent(
      ids => findOrganizationMembers(db, ids),
      member => member.parentId,
    ),
    invitations: byParent(
      ids => listInvitations(db, now, ids),
      invitation => invitation.organizationId ?? '',
    ),
    keysOfMember: byParent(
      members => findKeysOfMembers(db, viewerId, now, members),
      key => memberOf(key.organizationId, key.createdBy ?? ''),
    ),
    keysOfFormerMembers: byParent(
      ids => findKeysOfFormerMembers(db, viewerId, now, ids),
      key => key.organizationId,
    ),
    project: byId('Project', ids => findProjects(db, viewerId, ids)),
    projectsOf: byParent(
      ids => findProjectsOf(db, viewerId, ids),
      project => project.organizationId,
    ),
    projectMembers: byParent(
      ids => findProjectMembers(db, ids),
      member => member.parentId,
    ),
    model: byId('Model', ids => findModels(db, viewerId, ids)),
    modelsOf: byParent(
      ids => findModelsOf(db, viewerId, ids),
      model => model.projectId,
    ),
    deployment: byId('Deployment', ids => findDeployments(db, viewerId, now, ids)),
    deploymentsOf: byParent(
      ids => findDeploymentsOf(db, viewerId, now, ids),
      deployment => deployment.projectId,
    ),
    apiKey: byId('API key', ids => findApiKeys(db, viewerId, ids)),
    usableKeys: byParent(
      ids => countUsableKeys(db, now, ids),
      count => count.projectId,
    ),
  };
}

export type Loaders = ReturnType<typeof startLoaders>;
