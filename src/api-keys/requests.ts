import { createHash } from 'node:crypto';
import { badUserInput } from '../errors.ts';
import type { CreateApiKeyInput } from '../generated/graphql.ts';
import { type IdempotentRequest, idempotentRequest } from '../requests/idempotency.ts';
import { checkName } from '../requests/names.ts';
import type { Reach } from './queries.ts';

/** The checked input of a new key. */
export interface NewApiKey {
  reach: Reach;
  name: string;
  expiresAt: Date | null;
}

/**
 * Checks the name and the expiry of a new key.
 *
 * @throws BAD_USER_INPUT when the name is empty or too long, or the expiry is not in the future
 */
export function checkNewApiKey(input: CreateApiKeyInput, now: Date): Pick<NewApiKey, 'name' | 'expiresAt'> {
  const expiresAt = input.expiresAt ?? null;
  if (expiresAt && expiresAt <= now) throw badUserInput('"expiresAt" must be in the future.');
  return { name: checkName(input.name, 'The name of an API key'), expiresAt };
}

/** Digests a request with an idempotency key; null without a key. @throws BAD_USER_INPUT when the key is not valid */
export function repeatableCreate(
  idempotencyKey: string | null | undefined,
  caller: { callerId: string; at: Date },
  { reach, name, expiresAt }: NewApiKey,
): IdempotentRequest | null {
  if (idempotencyKey == null) return null;
  const request = JSON.stringify([reach.projectId, reach.deploymentId, name, expiresAt]);
  return idempotentRequest(
    { operation: 'createApiKey', key: idempotencyKey, ...caller },
    createHash('sha256').update(request).digest(),
  );
}
