import type { Kysely } from 'kysely';
import type { DB } from '../generated/database.ts';
import type { StreamId } from '../outbox/outbox.ts';
import type { Message, Outcome } from './send.ts';
import { signedHeaders } from './signature.ts';

/** Max time between two attempts at a delivery. */
export const MAX_RETRY_DELAY_S = 60 * 60;

/** What an attempt needs. */
export interface AttemptServices {
  db: Kysely<DB>;
  now: () => Date;
  send: (message: Message, signal: AbortSignal) => Promise<Outcome>;
}

/**
 * Attempts the next delivery of a stream, which is the one with the lowest `seq`, whichever job asked for it: the order
 * of jobs in pg-boss is that of the times at which their transactions began.
 *
 * A delivery is sent at least once: a server that ends between the answer and the update sends it again, with the same
 * id.
 *
 * @returns `final` if the delivery was delivered or given up, or none is pending; `retry` if it must be attempted later,
 *   before the rest of the stream
 */
export async function attemptNext(
  { db, now, send }: AttemptServices,
  { webhookId, subjectId }: StreamId,
  signal: AbortSignal,
): Promise<'final' | 'retry'> {
  const next = await db
    .selectFrom('webhookDeliveries as delivery')
    .innerJoin('webhooks', 'webhooks.id', 'delivery.webhookId')
    .select(['delivery.id', 'delivery.seq', 'delivery.body', 'delivery.giveUpAt'])
    .select(['webhooks.url', 'webhooks.secret', 'webhooks.previousSecret', 'webhooks.previousSecretUntil'])
    .where('delivery.webhookId', '=', webhookId)
    .where('delivery.subjectId', '=', subjectId)
    .where('delivery.status', '=', 'PENDING')
    .orderBy('delivery.seq')
    .limit(1)
    .executeTakeFirst();
  if (!next) return 'final';
  const { id, seq, url, body, secret, previousSecret, previousSecretUntil, giveUpAt } = next;
  const began = now();
  const isValid = previousSecretUntil !== null && previousSecretUntil > began;
  const secrets = previousSecret && isValid ? [secret, previousSecret] : [secret];
  const headers = signedHeaders({ id, body, now: began }, secrets);
  const outcome = await send({ url, headers, body }, signal);
  // The server is stopping, which is not a failure of the receiver.
  if (outcome.kind === 'failed' && signal.aborted) return 'retry';

  const httpStatus = outcome.kind === 'answered' ? outcome.status : null;
  const delivered = httpStatus !== null && httpStatus >= 200 && httpStatus < 300;
  // The next attempt would begin too late.
  const isFinal = delivered || began.getTime() + MAX_RETRY_DELAY_S * 1000 >= giveUpAt.getTime();
  await db
    .updateTable('webhookDeliveries')
    .set(eb => ({
      status: delivered ? 'DELIVERED' : isFinal ? 'UNDELIVERED' : 'PENDING',
      attempts: eb('attempts', '+', 1),
      lastAttemptAt: began,
      httpStatus,
    }))
    .where('id', '=', id)
    // Not if it was sent again meanwhile.
    .where('seq', '=', seq)
    .execute();
  return isFinal ? 'final' : 'retry';
}
