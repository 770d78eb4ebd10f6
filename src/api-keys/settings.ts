import { badUserInput } from '../errors.ts';
import type { CreateApiKeyInput, UpdateApiKeyInput } from '../generated/graphql.ts';
import { checkName, checkOptionalText } from '../requests/names.ts';
import { checkNetworks } from './networks.ts';

/** What can be chosen for a key when it is created, and changed later. */
export interface KeySettings {
  name: string;
  /** For people; null: none. */
  note: string | null;
  /** Null: never. */
  expiresAt: Date | null;
  /** The networks from which it may be used; null: any. */
  allowedNetworks: string[] | null;
  /** Max predictions a month, of this key alone; null: no limit of its own. */
  monthlyPredictions: number | null;
  /** Max calls a minute to each server; null: no limit of its own. */
  callsPerMinute: number | null;
}

const MAX_NOTE_LENGTH = 1000;
/** PostgreSQL's max integer. */
const MAX_CALLS = 2_147_483_647;

/** The settings of a key without a note, an expiry, networks and limits. */
export const plainSettings = (name: string): KeySettings => ({
  name,
  note: null,
  expiresAt: null,
  allowedNetworks: null,
  monthlyPredictions: null,
  callsPerMinute: null,
});

type Settings = Pick<CreateApiKeyInput, Exclude<keyof KeySettings, 'name'>>;

/** Checks the settings of a new key. @throws BAD_USER_INPUT */
export const checkNewSettings = (input: CreateApiKeyInput, now: Date): KeySettings => ({
  name: checkKeyName(input.name),
  note: checkNote(input.note),
  expiresAt: checkExpiry(input.expiresAt, now),
  allowedNetworks: input.allowedNetworks == null ? null : checkNetworks(input.allowedNetworks),
  ...checkLimits(input),
});

/** Checks the settings to change: those that are present. Null removes one. @throws BAD_USER_INPUT */
export function checkChangedSettings(input: UpdateApiKeyInput, now: Date): Partial<KeySettings> {
  const { name, note, expiresAt, allowedNetworks } = input;
  if (name === null) throw badUserInput('A key has a name: send a text, or leave "name" out.');
  return {
    ...(name !== undefined && { name: checkKeyName(name) }),
    ...(note !== undefined && { note: checkNote(note) }),
    ...(expiresAt !== undefined && { expiresAt: checkExpiry(expiresAt, now) }),
    ...(allowedNetworks !== undefined && {
      allowedNetworks: allowedNetworks === null ? null : checkNetworks(allowedNetworks),
    }),
    ...checkChangedLimits(input),
  };
}

const checkKeyName = (name: string) => checkName(name, 'The name of an API key');

const checkNote = (note: Settings['note']) =>
  checkOptionalText(note, 'The note of an API key', MAX_NOTE_LENGTH);

/** Checks an expiry; null or undefined: never. @throws BAD_USER_INPUT */
export function checkExpiry(expiresAt: Settings['expiresAt'], now: Date): Date | null {
  if (expiresAt && expiresAt <= now) throw badUserInput('"expiresAt" must be in the future.');
  return expiresAt ?? null;
}

const checkLimits = ({ monthlyPredictions, callsPerMinute }: Settings) => ({
  monthlyPredictions: checkLimit(monthlyPredictions, 'monthlyPredictions', Number.MAX_SAFE_INTEGER),
  callsPerMinute: checkLimit(callsPerMinute, 'callsPerMinute', MAX_CALLS),
});

function checkChangedLimits(input: Settings): Partial<KeySettings> {
  const { monthlyPredictions, callsPerMinute } = checkLimits(input);
  return {
    ...(input.monthlyPredictions !== undefined && { monthlyPredictions }),
    ...(input.callsPerMinute !== undefined && { callsPerMinute }),
  };
}

function checkLimit(value: number | null | undefined, name: string, max: number): number | null {
  if (value == null) return null;
  if (!Number.isSafeInteger(value) || value < 1 || value > max) {
    throw badUserInput(`"${name}" must be 1 to ${max}, or null for no limit.`);
  }
  return value;
}
