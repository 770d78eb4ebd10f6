import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import type { DB } from '../generated/database.ts';

/** Everything that is recorded. An action is stored as text, so that a new one needs no migration. */
export type ActivityAction =
  | 'organization.created'
  | 'organization.renamed'
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
  | 'api_key.revoked'
  | 'api_key.deleted';

/** Rows in one statement, which can hold 65 535 values. */
const MAX_ROWS = 1000;

/** Who acts, and from which network (an IPv4 address or an IPv6 /64). */
export interface Actor {
  id: string | null;
  email: string | null;
  network: string | null;
}

/** Who changes something, and when. */
export interface By {
  viewerId: string;
  actor: Actor;
  now: Date;
}

/** The operator of the server, at its command line. */
export const OPERATOR: Actor = { id: null, email: null, network: null };

/** One thing that somebody did. */
export interface ActivityEntry {
  action: ActivityAction;
  /** The organization and project in which it happened; null where it happened in none. */
  organizationId: string | null;
  projectId: string | null;
  /** What was acted on: its id, and its name as it is now. */
  subjectId: string;
  subject: string;
  /** What changed, for a reader. Never a secret. */
  details?: Record<string, string | number | boolean | null>;
}

/**
 * Appends rows to the record of who did what. Rows go only by age, and change only where somebody who deleted their
 * account is taken out (accounts/erase-accounts.ts).
 *
 * @param trx the transaction that acts, so that nothing happens without its row.
 */
export async function recordActivity(
  trx: Transaction<DB>,
  { id, email, network }: Actor,
  createdAt: Date,
  entries: readonly ActivityEntry[],
): Promise<void> {
  for (let from = 0; from < entries.length; from += MAX_ROWS) {
    await trx
      .insertInto('activity')
      .values(
        entries.slice(from, from + MAX_ROWS).map(({ details = {}, ...entry }) => ({
          ...entry,
          id: newId(),
          createdAt,
          actorId: id,
          actorEmail: email,
          network,
          details: JSON.stringify(details),
        })),
      )
      .execute();
  }
}
