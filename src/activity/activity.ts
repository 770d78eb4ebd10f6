import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import type { DB } from '../generated/database.ts';
import type { ActorKind } from '../generated/graphql.ts';
import { eventOf } from '../outbox/events.ts';
import { writeEvents } from '../outbox/outbox.ts';
import { checkChangeLimit, isLimitedAction } from './change-limit.ts';

/** The actions that are recorded. Stored as text, so that a new one needs no migration. */
export type ActivityAction =
  | 'organization.created'
  | 'organization.renamed'
  | 'organization.key_policy_changed'
  | 'organization.plan_changed'
  | 'organization.deleted'
  | 'invitation.declined'
  | 'invitation.revoked'
  | 'member.invited'
  | 'member.joined'
  | 'member.role_changed'
  | 'member.removed'
  | 'member.left'
  | 'project_member.added'
  | 'project_member.role_changed'
  | 'project_member.removed'
  | 'project_member.left'
  | 'project.created'
  | 'project.renamed'
  | 'project.deleted'
  | 'model.registered'
  | 'model.renamed'
  | 'model.x_axis_set'
  | 'model.deleted'
  | 'deployment.created'
  | 'deployment.activated'
  | 'deployment.deactivated'
  | 'deployment.renamed'
  | 'deployment.deleted'
  | 'deployment.quarantine_reset'
  | 'session.started'
  | 'session.ended'
  | 'password.changed'
  | 'account.deleted'
  | 'api_key.created'
  | 'api_key.changed'
  | 'api_key.rotated'
  | 'api_key.rehearsed'
  | 'api_key.rehearsal_ended'
  | 'api_key.expired'
  | 'api_key.revoked'
  | 'api_key.deleted'
  | 'webhook.created'
  | 'webhook.changed'
  | 'webhook.secret_rotated'
  | 'webhook.tested'
  | 'webhook.delivery_resent'
  | 'webhook.deleted';

/** Max facts and changes of an entry. The cost of a query assumes it (graphql/selections.ts); nothing enforces it. */
export const MAX_DETAILS = 10;

/** Rows in one statement: PostgreSQL allows 65 535 parameters. */
const MAX_ROWS = 1000;

/**
 * Who acts, and their network (an IPv4 address or an IPv6 /64). `id` and `email` are those of a person; they are null
 * for others, and for a person who deletes their account.
 */
export interface Actor {
  id: string | null;
  email: string | null;
  network: string | null;
  /** By default a person. */
  kind?: ActorKind;
}

/** The author and time of a change. */
export interface By {
  viewerId: string;
  actor: Actor;
  now: Date;
}

/** The operator of the server, at the command line. */
export const OPERATOR: Actor = { id: null, email: null, network: null, kind: 'OPERATOR' };

/** The server, for what happens by itself. */
export const SERVER: Actor = { ...OPERATOR, kind: 'SERVER' };

/** One recorded action. */
export interface ActivityEntry {
  action: ActivityAction;
  /** The ids of the organization and project; null if the action is not part of one. */
  organizationId: string | null;
  projectId: string | null;
  /** The id of the object of the action, and its name or e-mail at that time. */
  subjectId: string;
  subject: string;
  /** What changed, for people to read. Never contains a secret. */
  details?: Record<string, string | number | boolean | null>;
}

/**
 * Appends rows to the activity. Rows are deleted only by age (activity/partitions.ts), and changed only to remove a
 * person who deleted their account (accounts/erase-accounts.ts); a trigger refuses everything else. Entries that webhooks
 * are notified of are written to the outbox too.
 *
 * @param trx the transaction of the change, so that no change is made without its row.
 * @throws RATE_LIMITED when a person made too many changes in an organization (change-limit.ts)
 */
export async function recordActivity(
  trx: Transaction<DB>,
  { id, email, network, kind = 'PERSON' }: Actor,
  createdAt: Date,
  entries: readonly ActivityEntry[],
): Promise<void> {
  const organizationId = entries.find(({ action }) => isLimitedAction(action))?.organizationId;
  if (id !== null && organizationId) {
    await checkChangeLimit(trx, { organizationId, personId: id }, createdAt);
  }
  for (let from = 0; from < entries.length; from += MAX_ROWS) {
    await trx
      .insertInto('activity')
      .values(
        entries.slice(from, from + MAX_ROWS).map(({ details = {}, ...entry }) => ({
          ...entry,
          id: newId(),
          createdAt,
          actorKind: kind,
          actorId: id,
          actorEmail: email,
          network,
          details: JSON.stringify(details),
        })),
      )
      .execute();
  }
  const events = entries.map(eventOf).filter(event => event !== null);
  await writeEvents(trx, createdAt, events);
}
