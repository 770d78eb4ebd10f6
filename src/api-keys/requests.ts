import { createHash } from 'node:crypto';
import { type IdempotentRequest, idempotentRequest } from '../requests/idempotency.ts';
import type { Reach } from './queries.ts';
import type { Rotation } from './rotate-key.ts';
import type { KeySettings } from './settings.ts';

/** The checked input of a new key. */
export interface NewApiKey {
  reach: Reach;
  settings: KeySettings;
}

/** Digests a creation with an idempotency key; null without a key. @throws BAD_USER_INPUT when the key is not valid */
export const repeatableCreate = (
  idempotencyKey: string | null | undefined,
  caller: { callerId: string; at: Date },
  { reach, settings }: NewApiKey,
): IdempotentRequest | null =>
  repeatable('createApiKey', idempotencyKey, caller, [reach.projectId, reach.deploymentId, settings]);

/** Digests a rotation with an idempotency key; null without a key. @throws BAD_USER_INPUT when the key is not valid */
export const repeatableRotation = (
  idempotencyKey: string | null | undefined,
  caller: { callerId: string; at: Date },
  rotation: Rotation & { id: string },
): IdempotentRequest | null =>
  // Absent is the same lifetime again, and null is none.
  repeatable('rotateApiKey', idempotencyKey, caller, [rotation]);

function repeatable(
  operation: string,
  key: string | null | undefined,
  caller: { callerId: string; at: Date },
  request: readonly unknown[],
): IdempotentRequest | null {
  if (key == null) return null;
  const digest = createHash('sha256').update(JSON.stringify(request)).digest();
  return idempotentRequest({ operation, key, ...caller }, digest);
}
