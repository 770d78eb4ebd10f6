import type { ApiKeyPageQuery, CreateApiKeyInput, UpdateApiKeyInput } from '../generated/graphql';
import { numberIn } from '../ui/numbers.ts';
import { type ExpiryDraft, expiryOf, KEPT } from './expiry.ts';
import { type ExpiryPolicy, latestExpiry, usualLifetime } from './expiry-policy.ts';

type ApiKey = NonNullable<ApiKeyPageQuery['apiKey']>;

/** The settings of a key as a person enters them: a text is empty for none. */
export interface SettingsDraft {
  note: string;
  /** One network a line. */
  networks: string;
  /** Max predictions a month. */
  predictions: string;
  /** Max calls a minute. */
  calls: string;
}

/** What a person enters for a key. */
export interface KeyDraft extends ExpiryDraft, SettingsDraft {
  name: string;
}

/** The draft of a new key. */
export const newDraft = (policy: ExpiryPolicy): KeyDraft => ({
  name: '',
  lifetime: usualLifetime(policy),
  date: '',
  note: '',
  networks: '',
  predictions: '',
  calls: '',
});

/** The draft that changes nothing about a key. */
export const draftOf = (key: ApiKey): KeyDraft => ({
  name: key.name,
  lifetime: KEPT,
  date: '',
  note: key.note ?? '',
  networks: key.allowedNetworks?.join('\n') ?? '',
  predictions: textOf(key.monthlyPredictions),
  calls: textOf(key.callsPerMinute),
});

/** Whether a draft has a setting that most keys do not have. */
export const hasSettings = (draft: SettingsDraft): boolean =>
  Object.values(settingsIn(draft)).some(value => value !== null);

/** What a draft asks for, of a new key; undefined while no expiry is chosen. */
export function newKeyIn(
  draft: KeyDraft,
  policy: ExpiryPolicy,
  now: Date,
): Omit<CreateApiKeyInput, 'target'> | undefined {
  const expiresAt = expiryOf(draft.lifetime, draft.date, now, latestExpiry(policy, now));
  if (expiresAt === undefined) return undefined;
  return { name: draft.name, expiresAt: expiresAt?.toISOString() ?? null, ...settingsIn(draft) };
}

/**
 * What a draft changes about a key.
 *
 * @param latest the latest expiry that the organization's policy allows; null: no limit.
 * @param filled what the dialog was filled with. What is equal to it is left out, as another person may have changed it
 *   meanwhile.
 */
export function changesIn(
  draft: KeyDraft,
  filled: KeyDraft,
  latest: Date | null,
  now: Date,
): Omit<UpdateApiKeyInput, 'id'> {
  const expiresAt = expiryOf(draft.lifetime, draft.date, now, latest);
  const { note, allowedNetworks, monthlyPredictions, callsPerMinute } = settingsIn(draft);
  const before = settingsIn(filled);
  return {
    ...(draft.name !== filled.name && { name: draft.name }),
    ...(expiresAt !== undefined && { expiresAt: expiresAt?.toISOString() ?? null }),
    ...(note !== before.note && { note }),
    ...(String(allowedNetworks) !== String(before.allowedNetworks) && { allowedNetworks }),
    ...(monthlyPredictions !== before.monthlyPredictions && { monthlyPredictions }),
    ...(callsPerMinute !== before.callsPerMinute && { callsPerMinute }),
  };
}

const settingsIn = ({ note, networks, predictions, calls }: SettingsDraft) => ({
  note: note.trim() === '' ? null : note,
  allowedNetworks: networksIn(networks),
  monthlyPredictions: numberIn(predictions),
  callsPerMinute: numberIn(calls),
});

const textOf = (value: number | null | undefined) => (value == null ? '' : String(value));

/** The networks of a text, one a line or separated by commas; null for none. */
function networksIn(text: string): string[] | null {
  const networks = text.split(/[\s,;]+/).filter(network => network !== '');
  return networks.length === 0 ? null : networks;
}
