import { createHash } from 'node:crypto';
import { type IdempotentRequest, idempotentRequest } from '../requests/idempotency.ts';
import type { Reach } from './queries.ts';
import type { KeySettings } from './settings.ts';

/** The checked input of a new key. */
export interface NewApiKey {
  reach: Reach;
  settings: KeySettings;
}

/** Digests a request with an idempotency key; null without a key. @throws BAD_USER_INPUT when the key is not valid */
export function repeatableCreate(
  idempotencyKey: string | null | undefined,
  caller: { callerId: string; at: Date },
  { reach, settings }: NewApiKey,
): IdempotentRequest | null {
  if (idempotencyKey == null) return null;
  const request = JSON.stringify([reach.projectId, reach.deploymentId, settings]);
  return idempotentRequest(
    { operation: 'createApiKey', key: idempotencyKey, ...caller },
    createHash('sha256').update(request).digest(),
  );
}
